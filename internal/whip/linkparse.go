package whip

import "strings"

// maxServers is how many ICE servers are taken from one response.
const maxServers = 16

// link is one value of a Link header (RFC 8288, section 3).
type link struct {
	target string
	params map[string]string // names in lower case; the first of each counts
}

// parseServers finds the ICE servers in Link headers. What is malformed, of
// another relation, or needs another credential than a password is passed over.
func parseServers(headers []string) []ICEServer {
	var list []ICEServer
	for _, h := range headers {
		for _, l := range parseLinks(h) {
			if len(list) == maxServers {
				return list
			}
			kind := l.params["credential-type"]
			if !hasRel(l.params["rel"]) || !iceURL(l.target) || !visible(l.target) || kind != "" && kind != "password" {
				continue
			}
			list = append(list, ICEServer{URLs: []string{l.target}, Username: l.params["username"], Credential: l.params["credential"]})
		}
	}
	return list
}

// hasRel looks for the relation in a list of them; relations ignore case
// (RFC 8288, section 2.1.1).
func hasRel(rels string) bool {
	for _, r := range strings.Fields(rels) {
		if strings.EqualFold(r, "ice-server") {
			return true
		}
	}
	return false
}

// parseLinks splits a Link header, which may have several values. A malformed
// one ends what can be told apart, and those before it count.
func parseLinks(s string) []link {
	var list []link
	for {
		s = strings.TrimLeft(s, " \t,")
		if s == "" || s[0] != '<' {
			return list
		}
		end := strings.IndexByte(s, '>')
		if end < 0 {
			return list
		}
		l := link{target: strings.TrimSpace(s[1:end]), params: map[string]string{}}
		var ok bool
		if s, ok = l.parseParams(s[end+1:]); !ok {
			return list
		}
		list = append(list, l)
	}
}

// parseParams reads ;name=value and ;name, up to a comma or the end.
func (l *link) parseParams(s string) (rest string, ok bool) {
	for {
		s = trimBlank(s)
		if s == "" || s[0] == ',' {
			return s, true
		}
		if s[0] != ';' {
			return "", false
		}
		s = trimBlank(s[1:])
		n := tokenLen(s)
		name := strings.ToLower(s[:n])
		s = trimBlank(s[n:])
		var value string
		if strings.HasPrefix(s, "=") {
			if value, s, ok = parseValue(trimBlank(s[1:])); !ok {
				return "", false
			}
		}
		if _, had := l.params[name]; name != "" && !had {
			l.params[name] = value
		}
	}
}

// parseValue reads a token or a quoted-string (RFC 9110, section 5.6).
func parseValue(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		n := strings.IndexAny(s, ";, \t")
		if n < 0 {
			n = len(s)
		}
		return s[:n], s[n:], true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '"':
			return b.String(), s[i+1:], true
		case '\\':
			if i++; i == len(s) {
				return "", "", false
			}
			fallthrough
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", false
}

// tokenLen is the length of the token (RFC 9110, section 5.6.2) that s starts
// with.
func tokenLen(s string) int {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= 0x7F || strings.IndexByte(`"(),/:;<=>?@[\]{}`, c) >= 0 {
			return i
		}
	}
	return len(s)
}

func trimBlank(s string) string { return strings.TrimLeft(s, " \t") }
