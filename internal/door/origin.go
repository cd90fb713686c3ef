package door

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// parseOrigin reads an origin as browsers write it (RFC 6454, section 6.2), and
// returns it with its port. "null" is none: every sandboxed frame has it.
func parseOrigin(text string) (string, bool) {
	scheme, host, ok := strings.Cut(text, "://")
	if !ok {
		return "", false
	}
	scheme = strings.ToLower(scheme)
	h, ok := parseHost(host)
	if !ok {
		return "", false
	}
	return origin(scheme, h)
}

func origin(scheme string, h hostPort) (string, bool) {
	switch {
	case scheme != "http" && scheme != "https":
		return "", false
	case h.port != 0:
	case scheme == "https":
		h.port = 443
	default:
		h.port = 80
	}
	return scheme + "://" + h.String(), true
}

// parseOrigins reads Options.Origins.
func parseOrigins(list []string) (map[string]bool, error) {
	origins := make(map[string]bool)
	for _, text := range list {
		o, ok := parseOrigin(strings.TrimSuffix(text, "/"))
		if !ok {
			return nil, fmt.Errorf("%w: origin %q: one like https://example.org is wanted", ErrOptions, text)
		}
		origins[o] = true
	}
	return origins, nil
}

// admits judges where a request comes from. Its Host is known already. foreign
// is the Origin to name in the headers of CORS, if it is an allowed one.
func (d *Door) admits(r *http.Request) (foreign string, ok bool) {
	values := r.Header.Values("Origin")
	if len(values) == 0 {
		return "", admitsSilent(r)
	}
	if len(values) > 1 {
		return "", false
	}
	got, ok := parseOrigin(values[0])
	if !ok {
		return "", false
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	if host, ok := parseHost(r.Host); ok {
		if own, ok := origin(scheme, host); ok && got == own {
			return "", true
		}
	}
	return values[0], d.origins[got]
}

// admitsSilent judges a request without an Origin by what browsers say of it
// otherwise (Fetch Metadata). Other programs say nothing. "same-site" is another
// port of this machine too, that is another program.
func admitsSilent(r *http.Request) bool {
	switch site := r.Header.Get("Sec-Fetch-Site"); site {
	case "", "none", "same-origin":
		return true
	}
	read := r.Method == http.MethodGet || r.Method == http.MethodHead
	return read && r.Header.Get("Sec-Fetch-Mode") == "navigate" && r.Header.Get("Sec-Fetch-Dest") == "document"
}

// isPreflight reports whether a browser asks what it may send.
func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Origin") != "" && r.Header.Get("Access-Control-Request-Method") != ""
}

// preflight answers for a foreign origin that is allowed.
func preflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PATCH, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, If-Match")
	h.Set("Access-Control-Max-Age", strconv.Itoa(600))
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
}
