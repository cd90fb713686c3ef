package whip

import (
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Post serves an endpoint: POST with an offer, and OPTIONS. target is passed on
// to Accept: which recording, which room. All other methods are a 405
// (RFC 9725, section 4.2).
func (s *Server) Post(w http.ResponseWriter, r *http.Request, target string) {
	w.Header().Set("Accept-Post", typeSDP)
	switch r.Method {
	case http.MethodPost:
	case http.MethodOptions:
		w.Header().Set("Allow", "OPTIONS, POST")
		s.link(w)
		w.WriteHeader(http.StatusOK)
		return
	default:
		notAllowed(w, "OPTIONS, POST")
		return
	}
	offer, err := body(w, r, typeSDP)
	if err == nil && !isSDP(offer) {
		err = ErrOffer
	}
	if err != nil {
		s.fail(w, err)
		return
	}
	// The place is taken when the offer is here: who sends slowly holds none.
	quit, err := s.reserve()
	if err != nil {
		s.fail(w, err)
		return
	}
	c, answer, err := func() (*session, string, error) {
		defer s.release() // also if Accept panics
		return s.accept(r.Context(), Request{ID: random(), Target: target, Query: r.URL.Query(), Offer: offer}, quit)
	}()
	if err != nil {
		s.fail(w, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", typeSDP)
	h.Set("Location", s.Base+c.id)
	h.Set("ETag", c.etag)
	if _, ok := c.peer.(Trickler); ok {
		h.Set("Accept-Patch", typeFragment)
	}
	s.link(w)
	w.WriteHeader(http.StatusCreated)
	if _, err := io.WriteString(w, answer); err != nil {
		// Nobody has this answer, so nobody will connect.
		c.end()
	}
}

// Session serves one session: PATCH with candidates, DELETE, and OPTIONS. All
// other methods are a 405. A session that is over, or never was, is a 404.
func (s *Server) Session(w http.ResponseWriter, r *http.Request, id string) {
	c, ok := s.find(id)
	if !ok {
		s.fail(w, ErrNotFound)
		return
	}
	trickler, trickles := c.peer.(Trickler)
	allow := "DELETE, OPTIONS"
	if trickles {
		allow = "DELETE, OPTIONS, PATCH"
	}
	switch {
	case r.Method == http.MethodDelete:
		// If-Match is ignored (RFC 9725, section 4.3.1).
		c.end()
		select {
		case <-c.over:
		case <-r.Context().Done():
		}
		w.WriteHeader(http.StatusOK)
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", allow)
		if trickles {
			w.Header().Set("Accept-Patch", typeFragment)
		}
		w.WriteHeader(http.StatusOK)
	case r.Method == http.MethodPatch && trickles:
		if err := c.patch(w, r, trickler); err != nil {
			s.fail(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	default:
		notAllowed(w, allow)
	}
}

// body reads a body of the type wanted.
func body(w http.ResponseWriter, r *http.Request, want string) (string, error) {
	types := r.Header.Values("Content-Type")
	if len(types) != 1 {
		return "", unsupported(want)
	}
	if got, _, err := mime.ParseMediaType(types[0]); err != nil || got != want {
		return "", unsupported(want)
	}
	if r.Header.Get("Content-Encoding") != "" {
		return "", unsupported(want)
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return "", &Error{Status: http.StatusRequestEntityTooLarge, Text: fmt.Sprintf("the body is longer than %d bytes", maxBody), Err: err}
	case err != nil:
		return "", &Error{Status: http.StatusBadRequest, Text: "the body could not be read", Err: err}
	}
	return string(b), nil
}

func unsupported(want string) error {
	return &Error{Status: http.StatusUnsupportedMediaType, Text: "the body has to be " + want}
}

// isSDP tells garbage apart before it costs a place and a parser: an SDP starts
// with its version (RFC 8866, section 5), is text, and has a medium.
func isSDP(text string) bool {
	return (strings.HasPrefix(text, "v=0\r\n") || strings.HasPrefix(text, "v=0\n")) &&
		strings.Contains(text, "\nm=") && !strings.Contains(text, "\x00")
}

func notAllowed(w http.ResponseWriter, allow string) {
	w.Header().Set("Allow", allow)
	plain(w, http.StatusMethodNotAllowed, "the methods here are "+allow)
}

// fail tells the client what it may know of an error, and the operator the rest.
func (s *Server) fail(w http.ResponseWriter, err error) {
	var told *Error
	if !errors.As(err, &told) {
		s.warn("accept", err)
		plain(w, http.StatusInternalServerError, "internal error")
		return
	}
	if told.Retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(float64(told.Retry)/float64(time.Second)))))
	}
	if told.Status >= 500 && told.Err != nil {
		s.warn(told.Text, told.Err)
	}
	plain(w, told.Status, told.Text)
}

// plain answers with one line of text.
func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	io.WriteString(w, printable(text, 300)+"\n")
}
