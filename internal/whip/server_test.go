package whip

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
)

// TestSession is RFC 9725, section 4.2, from the POST to the second DELETE.
func TestSession(t *testing.T) {
	peer := newPeer()
	s := accepting(peer)
	defer s.Close()

	res := post(s, offer)
	if res.StatusCode != http.StatusCreated || text(t, res) != answerSDP {
		t.Fatalf("status %d, want 201 with the answer", res.StatusCode)
	}
	for name, want := range map[string]string{
		"Content-Type": `^application/sdp$`,
		"Location":     `^/whip/sessions/[A-Za-z0-9_-]{22}$`, // 128 bits
		"Etag":         `^"[A-Za-z0-9_-]{22}"$`,              // strong
		"Accept-Post":  `^application/sdp$`,
		"Link":         `^$`, // none is configured
		"Accept-Patch": `^$`, // the peer takes none
	} {
		if got := res.Header.Get(name); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: %q does not match %s", name, got, want)
		}
	}
	at := res.Header.Get("Location")
	if u, err := url.Parse(at); err != nil || u.RawQuery != "" {
		t.Errorf("Location %q, %v", at, err)
	}
	if got, ok := s.Get(at[len(s.Base):]); !ok || got != peer {
		t.Errorf("Get: got %v, %v", got, ok)
	}
	if got := s.Len(); got != 1 {
		t.Errorf("%d sessions, want 1", got)
	}
	for i, want := range []int{http.StatusOK, http.StatusNotFound} {
		// The tag of another session is no reason not to end this one.
		if res := ask(s, http.MethodDelete, at, "", "If-Match", `"other"`); res.StatusCode != want {
			t.Errorf("DELETE %d: status %d, want %d", i+1, res.StatusCode, want)
		}
	}
	if peer.closes() != 1 || s.Len() != 0 {
		t.Errorf("closed %d times, %d sessions left", peer.closes(), s.Len())
	}
}
