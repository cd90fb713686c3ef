package record_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// withoutCandidates leaves them out of a description.
func withoutCandidates(sdp string) string {
	var kept strings.Builder
	for line := range strings.Lines(sdp) {
		if !strings.HasPrefix(line, "a=candidate:") && !strings.HasPrefix(line, "a=end-of-candidates") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// patch sends a fragment to the guest's session.
func (g *guest) patch(tag, body string) (status int) {
	g.s.t.Helper()
	q, err := http.NewRequest(http.MethodPatch, g.url, strings.NewReader(body))
	if err != nil {
		g.s.t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/trickle-ice-sdpfrag")
	if tag != "" {
		q.Header.Set("If-Match", tag)
	}
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		g.s.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// TestWHIPTrickle: a publisher that learns nothing of the recorder's addresses,
// and tells its own only later, is recorded.
func TestWHIPTrickle(t *testing.T) {
	s := newStudio(t, record.Options{}, record.WHIPOptions{})
	g := newGuest(s)
	g.add("audio/opus")
	offer := g.offer()
	answer, h := g.posted("", withoutCandidates(offer))
	tag := h.Get("ETag")
	if got := h.Get("Accept-Patch"); got != "application/trickle-ice-sdpfrag" {
		t.Errorf("Accept-Patch: %q", got)
	}
	connected := g.connected()
	if err := g.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: withoutCandidates(answer)}); err != nil {
		t.Fatal(err)
	}
	fragment, candidates := "", 0
	for line := range strings.Lines(offer) {
		for _, kept := range []string{"a=group:", "m=", "a=mid:", "a=ice-ufrag:", "a=ice-pwd:", "a=candidate:"} {
			if strings.HasPrefix(line, kept) {
				fragment += line
			}
		}
		if strings.HasPrefix(line, "a=candidate:") {
			candidates++
		}
	}
	if candidates == 0 {
		t.Fatalf("no candidate in %s", offer)
	}
	restart := strings.ReplaceAll(fragment, "a=ice-ufrag:", "a=ice-ufrag:x")
	for _, c := range []struct {
		name, tag, body string
		want            int
	}{
		{"no ETag", "", fragment, http.StatusPreconditionRequired},
		{"another ETag", `"other"`, fragment, http.StatusPreconditionFailed},
		{"a restart", "*", restart, http.StatusUnprocessableEntity},
		{"a candidate that is none", tag, "a=candidate:1 1 udp\r\n", http.StatusBadRequest},
		{"a name", tag, "a=candidate:1 1 udp 1 printer.example.org 1 typ host\r\n", http.StatusNoContent},
		{"the candidates", tag, fragment + "a=end-of-candidates\r\n", http.StatusNoContent},
	} {
		if got := g.patch(c.tag, c.body); got != c.want {
			t.Errorf("%s: status %d, want %d", c.name, got, c.want)
		}
	}
	g.wait(connected)
	g.send(0, 10)
	s.received("call-audio-0", 10)
	g.leave()
	if got := g.patch(tag, fragment); got != http.StatusNotFound {
		t.Errorf("after the end: status %d, want 404", got)
	}
}
