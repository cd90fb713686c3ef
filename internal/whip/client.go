package whip

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Limits of a Client.
const (
	maxRedirects  = 5
	maxHeader     = 64 << 10
	dialTimeout   = 10 * time.Second // and as much for TLS
	callTimeout   = 30 * time.Second // one request, redirects included
	deleteTimeout = 3 * time.Second  // a program that ends has 5 s for all
)

// Client publishes to a WHIP endpoint. The fields are set before the first
// call.
//
// The token goes to the origin (scheme, host and port) of URL alone: neither a
// redirect nor a Location takes it elsewhere. A session whose Location is on
// another origin is therefore deleted without a token. From https nothing leads
// to http.
type Client struct {
	URL     string         // http or https
	Token   string         // sent as a bearer token, if there is one
	RootCAs *x509.CertPool // to trust instead of the system's

	dial func(ctx context.Context, network, address string) (net.Conn, error) // for tests; nil is the network
}

// Session is what a server made of an offer.
type Session struct {
	Answer   string
	Location string      // absolute; "" if the server gave none that can be used
	ETag     string      // as it came; "" and "*" name no ICE session
	Servers  []ICEServer // that the server advises

	client *Client
	once   sync.Once
	err    error
}

// ErrNoLocation says that a session cannot be deleted, because the server did
// not say where it is. It ends when its peer does.
var ErrNoLocation = errors.New("the server gave no usable Location")

// Servers asks the endpoint for ICE servers. It is a courtesy of some servers:
// an error is no reason not to publish.
func (c *Client) Servers(ctx context.Context) ([]ICEServer, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	res, err := c.do(ctx, http.MethodOptions, c.URL, "")
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		return nil, c.statusError(res)
	}
	return parseServers(res.Header.Values("Link")), nil
}

// Publish sends an offer, which has all its candidates: none follow. A refusal
// is a *StatusError.
func (c *Client) Publish(ctx context.Context, offer string) (*Session, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	res, err := c.do(ctx, http.MethodPost, c.URL, offer)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	final := res.Request.URL
	if res.StatusCode/100 != 2 {
		return nil, c.statusError(res)
	}
	s := &Session{client: c, ETag: res.Header.Get("ETag"), Servers: parseServers(res.Header.Values("Link"))}
	if at, err := follow(final, res.Header.Get("Location")); err == nil {
		s.Location = at.String()
	}
	if s.Answer, err = answer(res); err != nil {
		err = fmt.Errorf("whip: %s: %w", shown(final), err)
		if s.Location != "" {
			err = errors.Join(err, s.Delete(ctx))
		}
		return nil, err
	}
	return s, nil
}

// answer reads the SDP of a response. The type is judged by what came, as some
// servers call it text/plain.
func answer(res *http.Response) (string, error) {
	b, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	switch {
	case err != nil:
		return "", fmt.Errorf("read the answer: %w", err)
	case len(b) > maxBody:
		return "", fmt.Errorf("the answer is longer than %d bytes", maxBody)
	case !isSDP(string(b)):
		t, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
		return "", fmt.Errorf("status %d with %d bytes of %q is no answer", res.StatusCode, len(b), printable(t, 40))
	}
	return string(b), nil
}

// Delete ends the session, once. It has 3 s of its own, also when ctx is over:
// ending is when it is called. A session that is gone already is no error.
func (s *Session) Delete(ctx context.Context) error {
	s.once.Do(func() {
		if s.Location == "" {
			s.err = ErrNoLocation
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deleteTimeout)
		defer cancel()
		res, err := s.client.do(ctx, http.MethodDelete, s.Location, "")
		if err != nil {
			s.err = err
			return
		}
		defer res.Body.Close()
		gone := res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone
		if res.StatusCode/100 != 2 && !gone {
			s.err = s.client.statusError(res)
		}
	})
	return s.err
}

// do sends a request and follows its redirects. The response's Request is the
// one that was answered.
func (c *Client) do(ctx context.Context, method, to, body string) (*http.Response, error) {
	home, err := parseURL(c.URL)
	if err != nil {
		return nil, err
	}
	at, err := parseURL(to)
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r >= 0x7F }) {
		return nil, errors.New("whip: the token has characters that no header may have")
	}
	transport := c.transport()
	for hops := 0; ; hops++ {
		req, err := http.NewRequestWithContext(ctx, method, at.String(), strings.NewReader(body))
		if err != nil {
			return nil, fmt.Errorf("whip: %s: %w", shown(at), withoutURL(err))
		}
		req.Header.Set("User-Agent", "mjr")
		if method == http.MethodPost {
			req.Header.Set("Content-Type", typeSDP)
			req.Header.Set("Accept", typeSDP)
		}
		if c.Token != "" && sameOrigin(home, at) {
			req.Header.Set("Authorization", "Bearer "+c.Token)
		}
		// The transport alone follows nothing and keeps no cookies.
		res, err := transport.RoundTrip(req)
		if err != nil {
			return nil, fmt.Errorf("whip: %s: %w", shown(at), withoutURL(err))
		}
		if res.StatusCode != http.StatusTemporaryRedirect && res.StatusCode != http.StatusPermanentRedirect {
			return res, nil
		}
		res.Body.Close()
		if hops == maxRedirects {
			return nil, fmt.Errorf("whip: %s: more than %d redirects", shown(at), maxRedirects)
		}
		next, err := follow(at, res.Header.Get("Location"))
		if err != nil {
			return nil, fmt.Errorf("whip: %s: redirect: %w", shown(at), err)
		}
		at = next
	}
}

// transport keeps no connection, so that nothing is left to close.
func (c *Client) transport() *http.Transport {
	dial := c.dial
	if dial == nil {
		dial = (&net.Dialer{Timeout: dialTimeout}).DialContext
	}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    dialTimeout,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true,
		DisableKeepAlives:      true,
	}
}

// withoutURL takes the URL out of an error of net/http, which shows its query.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
