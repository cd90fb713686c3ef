package whip

import (
	"net/http"
	"strings"
)

// link tells the client of ICE servers (RFC 9725, section 4.6): one header for
// each URL.
func (s *Server) link(w http.ResponseWriter) {
	for _, server := range s.Servers {
		for _, u := range server.URLs {
			if l, ok := formatLink(u, server.Username, server.Credential); ok {
				w.Header().Add("Link", l)
			}
		}
	}
}

// formatLink prints a Link header (RFC 8288, section 3). It is false for what a
// header cannot carry.
func formatLink(target, username, credential string) (string, bool) {
	if !iceURL(target) || strings.ContainsAny(target, "<>") || !visible(target) {
		return "", false
	}
	var b strings.Builder
	b.WriteString("<" + target + `>; rel="ice-server"`)
	if username == "" && credential == "" {
		return b.String(), true
	}
	if !quotable(username) || !quotable(credential) {
		return "", false
	}
	b.WriteString("; username=" + quote(username) + "; credential=" + quote(credential) + `; credential-type="password"`)
	return b.String(), true
}

// iceURL reports whether a URL is one of a STUN or TURN server (RFC 7064,
// RFC 7065).
func iceURL(u string) bool {
	scheme, host, ok := strings.Cut(u, ":")
	if !ok || host == "" {
		return false
	}
	switch strings.ToLower(scheme) {
	case "stun", "stuns", "turn", "turns":
		return true
	}
	return false
}

// quote makes a quoted-string (RFC 9110, section 5.6.4).
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func quotable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7F {
			return false
		}
	}
	return true
}

func visible(s string) bool { return quotable(s) && !strings.Contains(s, " ") }
