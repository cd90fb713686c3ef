//go:build !nonet

package main

import (
	"bytes"
	"io/fs"
	"net/http"
	"path"
	"time"

	"github.com/mjrkit/mjrkit/internal/page"
)

// pagePolicy is what the page may do: run its own files, speak to where it came
// from, and nothing else. It stands in no frame.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; " +
	"connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// pageTypes are the types of the page's files, by the ending: the machine's own
// table may know others.
var pageTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
}

// servePage hands out the files of the page, index at "/". They need no token,
// and hold no secret.
func (s *serving) servePage(mux *http.ServeMux, index string) {
	mux.Handle("/{$}", s.door.Open(pageFile(func(*http.Request) string { return index })))
	mux.Handle("/{file}", s.door.Open(pageFile(func(r *http.Request) string { return r.PathValue("file") })))
}

func pageFile(name func(*http.Request) string) http.Handler {
	files := page.Files()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "the methods here are GET, HEAD", http.StatusMethodNotAllowed)
			return
		}
		name := name(r)
		kind, known := pageTypes[path.Ext(name)]
		b, err := fs.ReadFile(files, name)
		if err != nil || !known {
			http.Error(w, "not found", http.StatusNotFound)
			return
		}
		h := w.Header()
		h.Set("Content-Type", kind)
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=()")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache")
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	})
}
