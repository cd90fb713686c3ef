package whip

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// parseURL takes an absolute URL of HTTP. Its errors do not show it: it may
// hold secrets.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("whip: the URL cannot be read")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("whip: a URL of http or https is wanted, not of %q", printable(u.Scheme, 20))
	case u.Hostname() == "" || u.Opaque != "":
		return nil, errors.New("whip: the URL names no host")
	case u.User != nil:
		return nil, errors.New("whip: no user and password in the URL: tokens come from files")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// follow resolves a Location against where it came from.
func follow(from *url.URL, location string) (*url.URL, error) {
	if location == "" {
		return nil, errors.New("no Location")
	}
	to, err := url.Parse(location)
	if err != nil {
		return nil, errors.New("the Location cannot be read")
	}
	to = from.ResolveReference(to)
	if from.Scheme == "https" && to.Scheme != "https" {
		return nil, fmt.Errorf("from https to %q", printable(to.Scheme, 20))
	}
	return parseURL(to.String())
}

// sameOrigin compares scheme, host and port (RFC 6454, section 4).
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// shown is a URL for messages: no userinfo, no query, no fragment.
func shown(u *url.URL) string {
	v := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	return printable(v.String(), 200)
}
