package door

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
)

// policy is the content security policy of every answer: nothing inline, no
// third party, no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// opened is a handler that needs no token.
type opened struct{ http.Handler }

// Open marks a handler that needs no token for GET and HEAD: static files, which
// hold no secret. It has to be what Serve is given, or what a ServeMux given to
// Serve finds; inside another handler the mark is not seen, and a token needed.
func (d *Door) Open(h http.Handler) http.Handler { return opened{h} }

// isOpen looks for the mark before anything runs.
func isOpen(h http.Handler, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if m, ok := h.(*http.ServeMux); ok {
		h, _ = m.Handler(r)
	}
	_, ok := h.(opened)
	return ok
}

// handler is h behind the door.
func (d *Door) handler(h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w := &response{ResponseWriter: rw}
		defer d.after(w, r)
		header := w.Header()
		header.Set("Content-Security-Policy", policy)
		header.Set("X-Content-Type-Options", "nosniff")
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("Cross-Origin-Opener-Policy", "same-origin")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set("Cache-Control", "no-store")
		header.Set("Vary", "Origin")
		if !d.knows(r) {
			w.refuse(http.StatusMisdirectedRequest, "this host is not known here", fmt.Sprintf("host %q is not known", printable(r.Host, 60)))
			return
		}
		foreign, ok := d.admits(r)
		if !ok {
			w.refuse(http.StatusForbidden, "this origin is not allowed here", fmt.Sprintf("origin %q is not allowed", printable(r.Header.Get("Origin"), 80)))
			return
		}
		if foreign != "" {
			header.Set("Access-Control-Allow-Origin", foreign)
			header.Set("Access-Control-Expose-Headers", "Location, Link, ETag, Accept-Post, Accept-Patch, Retry-After")
		}
		if isPreflight(r) {
			preflight(w, r)
			return
		}
		if isOpen(h, r) {
			header.Set("Cache-Control", "no-cache")
		} else if !d.authorized(r) {
			header.Set("WWW-Authenticate", `Bearer realm="mjr"`)
			w.refuse(http.StatusUnauthorized, "a token is needed", "no token, or a wrong one")
			return
		}
		if r.ContentLength > MaxBody {
			header.Set("Connection", "close")
			w.refuse(http.StatusRequestEntityTooLarge, "the body is longer than "+strconv.Itoa(MaxBody)+" bytes", "")
			return
		}
		r.Body = http.MaxBytesReader(rw, r.Body, MaxBody)
		h.ServeHTTP(w, r)
	})
}

// after logs what failed. A panic is our own bug: it costs one request.
func (d *Door) after(w *response, r *http.Request) {
	if p := recover(); p != nil {
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(http.ErrAbortHandler)
		}
		cut := w.status != 0
		w.refuse(http.StatusInternalServerError, "internal error", fmt.Sprintf("panic of type %T at %s", p, panicked()))
		d.log.failed(r, http.StatusInternalServerError, w.why)
		if cut {
			panic(http.ErrAbortHandler)
		}
		return
	}
	// Browsers ask for icons that nobody has.
	if w.status >= 400 && w.status != http.StatusNotFound {
		d.log.failed(r, w.status, w.why)
	}
}

// panicked is the function that panicked, without the values it had.
func panicked() string {
	var pcs [32]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for found := false; ; {
		f, more := frames.Next()
		if found && !strings.HasPrefix(f.Function, "runtime.") {
			return f.Function + ":" + strconv.Itoa(f.Line)
		}
		found = found || f.Function == "runtime.gopanic"
		if !more {
			return "an unknown place"
		}
	}
}

// response remembers the status.
type response struct {
	http.ResponseWriter
	status int    // 0 until the header is written
	why    string // it was refused, for the log alone
}

// Unwrap is for http.ResponseController.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *response) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// refuse answers with a line of text, if nothing was answered yet.
func (w *response) refuse(status int, text, why string) {
	w.why = why
	if w.status != 0 {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	io.WriteString(w, text+"\n")
}
