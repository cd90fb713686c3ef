package whip

import (
	"fmt"
	"net/http"
	"time"
)

// Error is a refusal that the other side is told of.
type Error struct {
	Status int           // of HTTP
	Text   string        // one line, sent as the body: nothing that only we may know
	Retry  time.Duration // sent as Retry-After, if it is not 0
	Err    error         // why; never sent
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Text, e.Err)
	}
	return e.Text
}

func (e *Error) Unwrap() error { return e.Err }

// Reasons that Accept may wrap. An error that wraps none of them, nor another
// *Error, is a 500 without details.
var (
	ErrOffer    error = &Error{Status: http.StatusBadRequest, Text: "the offer cannot be read"}
	ErrRefused  error = &Error{Status: http.StatusNotAcceptable, Text: "the offer cannot be answered"}
	ErrNotFound error = &Error{Status: http.StatusNotFound, Text: "not found"}
	ErrFull     error = &Error{Status: http.StatusServiceUnavailable, Text: "no more sessions are taken now", Retry: 10 * time.Second}
)
