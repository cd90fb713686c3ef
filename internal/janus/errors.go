package janus

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Error is what Janus, or a plugin of it, refuses a request with.
type Error struct {
	Request string // that was refused
	Code    int
	Reason  string // in Janus's words
}

// Codes of errors: of Janus itself, and of the VideoRoom plugin.
const (
	CodeUnauthorized     = 403 // the API secret or the token is wrong or missing
	CodeNoSuchPlugin     = 460
	CodeNoSuchRoom       = 426
	CodeNoSuchFeed       = 428
	CodeMissingElement   = 429
	CodeInvalidElement   = 430
	CodeRoomFull         = 432
	CodeRoomUnauthorized = 433 // the PIN or the room's token is wrong or missing
)

func (e *Error) Error() string {
	return fmt.Sprintf("janus refuses %s: %q (%d)", e.Request, e.Reason, e.Code)
}

var (
	// ErrConnect says that there is no WebSocket to Janus.
	ErrConnect = errors.New("cannot connect to janus")
	// ErrClosed says that a Session was closed on this side.
	ErrClosed = errors.New("session with janus is closed")
	// ErrLost says that the connection to Janus is no more.
	ErrLost = errors.New("connection to janus lost")
	// ErrSilent says that Janus did not answer in time.
	ErrSilent = errors.New("janus does not answer")
	// ErrDetached says that Janus ended a handle.
	ErrDetached = errors.New("janus detached the handle")
	// ErrURL says that an address is not one of a WebSocket.
	ErrURL = errors.New("want ws://HOST:PORT or wss://HOST:PORT")
)

// hidden is what no error may show.
type hidden []string

func (h hidden) clean(text string) string {
	for _, secret := range h {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return text
}

// parseURL checks an address. Nothing of it is in the error: it may have
// secrets in it.
func parseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "ws" && u.Scheme != "wss" || u.Host == "" {
		return nil, ErrURL
	}
	return u, nil
}

// Printable is an address without the parts that may be secret: userinfo,
// query, fragment.
func Printable(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "an address that is none"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// bare takes the address off an error of net/http, which shows all of it but
// the password.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
