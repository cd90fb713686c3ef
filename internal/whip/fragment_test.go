package whip

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

const candidates = "a=ice-ufrag:EsAw\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n" +
	"a=candidate:1387637174 1 udp 2122260223 192.0.2.1 61764 typ host generation 0 ufrag EsAw\r\na=end-of-candidates\r\n"

func TestPatch(t *testing.T) {
	const sdpfrag = "application/trickle-ice-sdpfrag"
	many := strings.Repeat("a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n", maxCandidates)
	for _, tt := range []struct {
		name, contentType, match, body string // match: TAG stands for the session's
		fails                          error  // of AddCandidate
		want                           int
		passed                         bool
	}{
		{"candidates", sdpfrag, "TAG", candidates, nil, 204, true},
		{"candidates, with a parameter in the type", sdpfrag + "; charset=utf-8", "TAG", candidates, nil, 204, true},
		{"a list of tags", sdpfrag, `"x", TAG`, candidates, nil, 204, true},
		{"any tag", sdpfrag, "*", candidates, nil, 204, true},
		{"any tag, quoted", sdpfrag, `"*"`, candidates, nil, 204, true},
		{"only the end", sdpfrag, "TAG", "a=ice-ufrag:EsAw\r\na=ice-pwd:x\r\na=end-of-candidates\r\n", nil, 204, true},
		{"without the ufrag", sdpfrag, "TAG", "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\n", nil, 204, true},
		{"as many as are taken", sdpfrag, "TAG", many, nil, 204, true},
		{"too many", sdpfrag, "TAG", many + candidates, nil, 429, false},
		{"no If-Match", sdpfrag, "", candidates, nil, 428, false},
		{"another tag", sdpfrag, `"other"`, candidates, nil, 412, false},
		{"a weak tag", sdpfrag, "W/TAG", candidates, nil, 412, false},
		{"the tag without its quotes", sdpfrag, "BARE", candidates, nil, 412, false},
		{"an empty tag", sdpfrag, `""`, candidates, nil, 412, false},
		{"a restart", sdpfrag, "*", "a=ice-ufrag:ysXw\r\na=ice-pwd:vw5LmwG4y/e6dPP/zAP9Gp5k\r\n", nil, 422, false},
		{"a restart with the tag", sdpfrag, "TAG", "a=ice-ufrag:ysXw\r\na=ice-pwd:x\r\na=candidate:1\r\n", nil, 422, false},
		{"a restart behind candidates", sdpfrag, "TAG", candidates + "a=ice-ufrag:ysXw\r\n", nil, 422, false},
		{"no type", "", "TAG", candidates, nil, 415, false},
		{"the type of an offer", typeSDP, "TAG", candidates, nil, 415, false},
		{"nothing", sdpfrag, "TAG", "", nil, 400, false},
		{"no lines of SDP", sdpfrag, "TAG", "garbage\r\n", nil, 400, false},
		{"an empty ufrag", sdpfrag, "TAG", "a=ice-ufrag:\r\na=candidate:1\r\n", nil, 400, false},
		{"a zero byte", sdpfrag, "TAG", candidates + "a=\x00\r\n", nil, 400, false},
		{"a carriage return in a line", sdpfrag, "TAG", "a=candidate:1\ra=ice-ufrag:ysXw\r\n", nil, 400, false},
		{"too long", sdpfrag, "TAG", candidates + strings.Repeat("x", maxBody), nil, 413, false},
		{"the peer refuses", sdpfrag, "TAG", candidates, errors.New("secret"), 400, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &tricklePeer{fakePeer: newPeer(), err: tt.fails}
			s := accepting(p)
			defer s.Close()
			created := post(s, offer)
			tag, at := created.Header.Get("ETag"), created.Header.Get("Location")
			if got := created.Header.Get("Accept-Patch"); got != sdpfrag {
				t.Errorf("Accept-Patch: %q", got)
			}
			match := strings.ReplaceAll(strings.ReplaceAll(tt.match, "TAG", tag), "BARE", strings.Trim(tag, `"`))
			headers := []string{"Content-Type", tt.contentType}
			if match != "" {
				headers = append(headers, "If-Match", match)
			}
			res := ask(s, "PATCH", at, tt.body, headers...)
			if res.StatusCode != tt.want || res.Header.Get("ETag") != "" {
				t.Errorf("status %d, ETag %q; want %d without", res.StatusCode, res.Header.Get("ETag"), tt.want)
			}
			if b := text(t, res); tt.want == 204 && b != "" || tt.want != 204 && strings.Count(b, "\n") != 1 || strings.Contains(b, "secret") {
				t.Errorf("body %q", b)
			}
			if passed := len(p.got) == 1 && p.got[0] == tt.body; passed != tt.passed {
				t.Errorf("the peer got %d fragments, as sent: %v; want %v", len(p.got), passed, tt.passed)
			}
			if s.Len() != 1 {
				t.Error("the session was ended")
			}
		})
	}
}

// TestPatchFlood: a session takes so many candidates in all.
func TestPatchFlood(t *testing.T) {
	p := &tricklePeer{fakePeer: newPeer()}
	s := accepting(p)
	defer s.Close()
	created := post(s, offer)
	codes := make(map[int]int)
	for i := range 1000 {
		body := fmt.Sprintf("a=candidate:%d 1 udp 1 192.0.2.1 1 typ host\r\n", i)
		codes[ask(s, "PATCH", created.Header.Get("Location"), body, "Content-Type", typeFragment, "If-Match", created.Header.Get("ETag")).StatusCode]++
	}
	if codes[204] != maxCandidates || codes[429] != 1000-maxCandidates || len(p.got) != maxCandidates {
		t.Errorf("%v, and the peer got %d", codes, len(p.got))
	}
}

func FuzzFragment(f *testing.F) {
	for _, seed := range []string{candidates, "a=end-of-candidates", "a=ice-ufrag:x", "", "a=ice-ufrag:\n", "m=audio\r\r\n", "a=candidate:\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		frag, err := parseFragment(text)
		if err != nil {
			return
		}
		if frag.candidates > strings.Count(text, "a=candidate") || len(frag.ufrags)+frag.candidates == 0 && !frag.end {
			t.Errorf("%q: read as %+v", text, frag)
		}
		// A restart must not hide from the check of ufrags.
		if all := ufrags(text); len(all) > len(frag.ufrags) {
			t.Errorf("%q: has the ufrags %q, of which %q were seen", text, all, frag.ufrags)
		}
	})
}
