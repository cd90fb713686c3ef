//go:build !nonet

package main

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/internal/door"
	"github.com/mjrkit/mjrkit/internal/rtc"
)

// serveOptions are the flags of what serves browsers: who may connect, and how
// media finds its way.
type serveOptions struct {
	iceOptions

	listen        string
	tokenFile     string
	public        bool
	tlsCert       string
	tlsKey        string
	tlsSelfSigned bool
	hosts         []string
	origins       []string
	maxSessions   int
}

// addFlags adds the flags; doing says what --listen does.
func (o *serveOptions) addFlags(c *cobra.Command, doing string) {
	f := c.Flags()
	f.StringVar(&o.listen, "listen", "", doing+" at `ADDR`; :8080 is for this machine alone")
	f.StringVar(&o.tokenFile, "token-file", "", "let in who has the token in `FILE`; without it, one is made where others can connect")
	f.BoolVar(&o.public, "public", false, "let in everybody, without a token")
	f.StringVar(&o.tlsCert, "tls-cert", "", "serve HTTPS with the certificates in `FILE`, PEM")
	f.StringVar(&o.tlsKey, "tls-key", "", "the private key of --tls-cert in `FILE`, PEM")
	f.BoolVar(&o.tlsSelfSigned, "tls-self-signed", false, "serve HTTPS with a certificate made now, and print its fingerprint")
	f.StringArrayVar(&o.hosts, "host", nil, "answer to `NAME` as well as to the address (may be repeated)")
	f.StringArrayVar(&o.origins, "allow-origin", nil, "let pages of `ORIGIN` connect, like https://example.org (may be repeated)")
	f.IntVar(&o.maxSessions, "max-sessions", 0, "have at most `N` peers at a time; 0 is 100")
	inSection(c, "Ways for media", func() { o.iceOptions.addFlags(c) })
}

// check settles what flags alone can say.
func (o *serveOptions) check() error {
	if o.maxSessions < 0 {
		return misused("--max-sessions %d: want 1 or more", o.maxSessions)
	}
	if o.listen != "" {
		return nil
	}
	for flag, given := range map[string]bool{
		"--token-file": o.tokenFile != "", "--public": o.public, "--tls-cert": o.tlsCert != "", "--tls-key": o.tlsKey != "",
		"--tls-self-signed": o.tlsSelfSigned, "--host": len(o.hosts) > 0, "--allow-origin": len(o.origins) > 0, "--max-sessions": o.maxSessions > 0,
	} {
		if given {
			return misused("%s is about --listen, which was not given", flag)
		}
	}
	return nil
}

// serving is what lets browsers in. Whoever has it closes it.
type serving struct {
	door    *door.Door
	engine  *rtc.Engine
	servers []rtc.ICEServer // that clients are told of
}

// open begins to listen, and says nothing yet: see tell.
func (o *serveOptions) open(warn func(text string)) (*serving, error) {
	options := door.Options{
		Listen: o.listen, Public: o.public, TLSCert: o.tlsCert, TLSKey: o.tlsKey, SelfSigned: o.tlsSelfSigned,
		Hosts: o.hosts, Origins: o.origins, Log: func(line string) { warn("request: " + line) },
	}
	if o.tokenFile != "" {
		b, err := readSmall(o.tokenFile, 64<<10)
		if err != nil {
			return nil, err
		}
		if options.Token, err = door.ReadToken(b); err != nil {
			return nil, misused("%s: %w", o.tokenFile, err)
		}
	}
	d, err := door.Listen(options)
	if err != nil {
		return nil, serveError(err)
	}
	e, servers, err := o.iceOptions.open(d.LoopbackOnly(), warn)
	if err != nil {
		d.Close()
		return nil, serveError(err)
	}
	return &serving{d, e, servers}, nil
}

func serveError(err error) error {
	switch {
	case errors.Is(err, door.ErrOptions):
		return &exitError{exitMisused, err, ""}
	case isNetwork(err):
		return &exitError{exitNetwork, err, ""}
	}
	return err
}

// tell says where to open what is served. A token is said where it was made
// here, as it would be known to nobody.
func (s *serving) tell(say *reporter, doing string) error {
	url := s.door.URL()
	if say.json {
		ready := serveReady{common{schema, "ready"}, url, s.door.Fingerprint(), s.door.Token() != ""}
		if err := say.object(ready); err != nil {
			return err
		}
	}
	switch {
	case s.door.TokenMade():
		say.line("open %s to %s: whoever has this address can do so", s.door.TokenURL(), doing)
	case s.door.Token() != "":
		say.line("open %s to %s, with #token=TOKEN at its end", url, doing)
	default:
		say.line("open %s to %s", url, doing)
	}
	if f := s.door.Fingerprint(); f != "" {
		say.line("SHA-256 fingerprint of the certificate: %s", f)
	}
	return nil
}

// close ends what Serve has not ended.
func (s *serving) close() error {
	return errors.Join(s.engine.Close(), s.door.Close())
}

// serveReady says where to open what is served. It never has the token.
type serveReady struct {
	common
	URL         string `json:"url"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Token       bool   `json:"token"` // one is needed
}
