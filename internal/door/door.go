// Package door decides who may connect: to what is served for recording and
// for replay alike.
//
//	connection ─► limit, timeouts, TLS
//	request    ─► Host ─► Origin ─► token ─► size ─► handler
//	              421      403      401      413     500 if it panics
//
// # Addresses and tokens
//
// ":8080" is this machine alone, by both of its loopback addresses. Any other
// address that is not loopback demands a token: the one given, or one that is
// made, unless Public. With a token given, loopback demands it too. A browser
// gets it in the fragment of TokenURL, which no server sees; requests carry it
// as "Authorization: Bearer". What a handler passed through Open serves needs
// none: the page's static files.
//
// # Host
//
// A page of another site whose name was made to resolve to this machine (DNS
// rebinding) sends its own name as Host. So Host has to be localhost, 127.0.0.1,
// [::1], the address bound to, the local address of the connection, or one of
// Hosts; each with the bound port or none. Names are compared without case, and
// otherwise as they are: "localhost." is not known, nor is 127.1.
//
// # Origin
//
// An Origin has to be this one (scheme, host and port), or one of Origins; they
// get the headers of CORS. Browsers send no Origin where one page merely loads
// from another, but say so in Sec-Fetch-Site: what comes from another site or
// another port is refused, except a link that was followed.
package door

import (
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// Options is who may connect. Without any, it is this machine, at a free port.
type Options struct {
	Listen     string            // host:port; "" and ":PORT" are loopback only
	Token      string            // as ReadToken returns it
	Public     bool              // no token, on any address
	TLSCert    string            // files in PEM
	TLSKey     string            //
	SelfSigned bool              // a certificate that lives as long as the process
	Hosts      []string          // names known besides the address: host or host:port
	Origins    []string          // origins allowed besides our own: https://example.org
	MaxConns   int               // connections at once; 0 is DefaultMaxConns
	Log        func(line string) // requests that failed, one line each
}

// Limits.
const (
	DefaultMaxConns = 1024
	MaxBody         = 64 << 10 // bytes of a request's body

	maxHeader     = 16 << 10
	maxStreams    = 16               // requests at once in a connection of HTTP/2
	headerTimeout = 10 * time.Second // also for the handshake of TLS
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second // a session may take 15 s to be answered
	idleTimeout   = 60 * time.Second
	closeTimeout  = 2 * time.Second // a program that ends has 5 s for all
)

// ErrOptions is wrapped by errors about the Options themselves.
var ErrOptions = errors.New("cannot serve so")

// Door is an open listener.
type Door struct {
	address     address
	listeners   []net.Listener
	token       string
	tokenMade   bool
	certificate *tls.Certificate // nil without TLS
	hosts       []hostPort
	origins     map[string]bool
	log         *logger
}

// Listen binds, and takes no connections yet: they wait for Serve.
func Listen(o Options) (*Door, error) {
	a, err := parseAddress(o.Listen)
	if err != nil {
		return nil, err
	}
	d := &Door{address: a, log: newLogger(o.Log)}
	if d.hosts, err = parseHosts(o.Hosts); err != nil {
		return nil, err
	}
	if d.origins, err = parseOrigins(o.Origins); err != nil {
		return nil, err
	}
	if d.token, d.tokenMade, err = tokenFor(o, a); err != nil {
		return nil, err
	}
	if d.certificate, err = certificateFor(o, a, d.hosts); err != nil {
		return nil, err
	}
	if d.listeners, err = a.listen(); err != nil {
		return nil, err
	}
	conns := o.MaxConns
	if conns == 0 {
		conns = DefaultMaxConns
	}
	d.listeners = limit(d.listeners, conns)
	return d, nil
}

// Close stops listening. Serve does so by itself.
func (d *Door) Close() error {
	var err error
	for _, l := range d.listeners {
		err = errors.Join(err, l.Close())
	}
	return err
}

// Addr is the address that is listened on, one of two for ":PORT".
func (d *Door) Addr() net.Addr { return d.listeners[0].Addr() }

func (d *Door) port() uint16 { return portOf(d.Addr()) }

// LoopbackOnly reports whether only this machine can connect.
func (d *Door) LoopbackOnly() bool { return d.address.loopback }

// Token is what requests have to carry; "" if they need none.
func (d *Door) Token() string { return d.token }

// TokenMade reports whether the token was made here, so that it has to be told.
func (d *Door) TokenMade() bool { return d.tokenMade }

// Fingerprint is the SHA-256 of the certificate as browsers show it,
// "AB:CD:…"; "" without TLS.
func (d *Door) Fingerprint() string {
	if d.certificate == nil {
		return ""
	}
	return fingerprint(d.certificate)
}
