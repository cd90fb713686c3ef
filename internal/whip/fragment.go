package whip

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// maxCandidates is how many a session may trickle in all. A browser on a
// machine with many interfaces sends some dozens.
const maxCandidates = 100

// patch takes a fragment of candidates (RFC 9725, section 4.3.2).
func (c *session) patch(w http.ResponseWriter, r *http.Request, peer Trickler) error {
	w.Header().Set("Accept-Patch", typeFragment)
	text, err := body(w, r, typeFragment)
	if err != nil {
		return err
	}
	switch match := r.Header.Values("If-Match"); {
	case len(match) == 0:
		return &Error{Status: http.StatusPreconditionRequired, Text: "the request has no If-Match"}
	case !c.matches(match):
		return &Error{Status: http.StatusPreconditionFailed, Text: "If-Match names another ICE session"}
	}
	f, err := parseFragment(text)
	if err != nil {
		return &Error{Status: http.StatusBadRequest, Text: "the fragment cannot be read", Err: err}
	}
	for _, u := range f.ufrags {
		if !slices.Contains(c.ufrags, u) {
			return &Error{Status: http.StatusUnprocessableEntity, Text: "ICE restarts are not supported"}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.candidates += f.candidates; c.candidates > maxCandidates {
		return &Error{Status: http.StatusTooManyRequests, Text: fmt.Sprintf("the session has had %d candidates", maxCandidates)}
	}
	if err := peer.AddCandidate(text); err != nil {
		return &Error{Status: http.StatusBadRequest, Text: "the candidates cannot be used", Err: err}
	}
	return nil
}

// matches compares strongly (RFC 9110, section 13.1.1). The star matches any
// session; clients send it with and without quotes. What it asks for is told by
// the fragment.
func (c *session) matches(values []string) bool {
	for _, v := range values {
		for tag := range strings.SplitSeq(v, ",") {
			switch strings.TrimSpace(tag) {
			case c.etag, "*", `"*"`:
				return true
			}
		}
	}
	return false
}

// fragment is what an SDP fragment of RFC 8840, section 9, holds.
type fragment struct {
	ufrags     []string
	candidates int
	end        bool // no more will come
}

func parseFragment(text string) (fragment, error) {
	var f fragment
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			continue
		}
		if len(line) < 2 || line[1] != '=' || strings.ContainsAny(line, "\x00\r") {
			return fragment{}, fmt.Errorf("line %q", printable(line, 40))
		}
		name, value, _ := strings.Cut(line, ":")
		switch name {
		case "a=ice-ufrag":
			if value == "" {
				return fragment{}, fmt.Errorf("empty ice-ufrag")
			}
			f.ufrags = append(f.ufrags, value)
		case "a=candidate":
			f.candidates++
		case "a=end-of-candidates":
			f.end = true
		}
	}
	if len(f.ufrags) == 0 && f.candidates == 0 && !f.end {
		return fragment{}, fmt.Errorf("neither candidates nor their end")
	}
	return f, nil
}

// ufrags are the ICE user fragments of an SDP: one where all media are bundled.
func ufrags(sdp string) []string {
	var list []string
	for line := range strings.Lines(sdp) {
		if u, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "a=ice-ufrag:"); ok && !slices.Contains(list, u) {
			list = append(list, u)
		}
	}
	return list
}
