//go:build soak

package replay

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// played is what a browser last gave to its speaker or its screen: which RTP
// timestamp, and when, in milliseconds of the browser's clock.
type played struct {
	Kind string
	RTP  uint32
	At   float64
}

// sources asks Chromium for what it plays at this moment.
const sources = `connections.flatMap(pc => pc.getReceivers()).flatMap(r =>
	r.getSynchronizationSources().slice(0, 1).map(s => ({ Kind: r.track.kind, RTP: s.rtpTimestamp, At: s.timestamp })))`

// TestLipSync measures how far sound and picture are apart when Chromium plays
// them. The first seconds do not count: its buffers grow into step. It takes
// minutes of real time, and belongs to "make soak".
func TestLipSync(t *testing.T) {
	for _, name := range []string{"jitsi-vp8", "livekit-h264", "plain-vp9"} {
		t.Run(name, func(t *testing.T) {
			rec := corpus.Load(t, name)
			l := NewLibrary(LibraryOptions{Group: groupCorpus}, NewFiles(rec.Files...))
			defer l.Close()
			s := serveLibrary(t, l, func(o *ServerOptions) { o.Player.Loop = true })
			web := httptest.NewServer(withPage(s))
			defer web.Close()
			b := pagetest.New(t)
			b.Before(`globalThis.connections = []; globalThis.RTCPeerConnection = class extends RTCPeerConnection { constructor(...a) { super(...a); connections.push(this); } };`)
			b.Open(web.URL + "/viewer.html")
			if rec.Keys != "" {
				b.State("no-key")
				b.SetFile("#keys", rec.Keys)
			}
			b.State("playing")
			v := s.only(t)
			var skews []time.Duration
			poll := time.NewTicker(250 * time.Millisecond)
			defer poll.Stop()
			begin := time.Now()
			for time.Since(begin) < time.Minute {
				<-poll.C
				all := pagetest.Value[[]played](b, sources)
				if skew, ok := v.skew(all); ok && time.Since(begin) > 10*time.Second {
					skews = append(skews, skew)
				}
			}
			if len(skews) < 50 {
				t.Fatalf("%d measurements", len(skews))
			}
			slices.Sort(skews)
			t.Logf("sound behind the picture: median %v, 5 %% below %v, 5 %% above %v", skews[len(skews)/2], skews[len(skews)/20], skews[len(skews)*19/20])
			// Far more than people notice: what is aimed at is in the log.
			if m := skews[len(skews)/2]; m.Abs() > 200*time.Millisecond {
				t.Errorf("sound and picture are %v apart", m)
			}
		})
	}
}

// withPage serves the page beside a Server.
func withPage(s http.Handler) http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{"/recordings", "/recordings/", "/viewers/", "/whep"} {
		mux.Handle(path, s)
	}
	mux.Handle("/", http.FileServerFS(page.Files()))
	return mux
}

// only is the one viewer that there is.
func (s *serving) only(t *testing.T) *viewer {
	t.Helper()
	s.Server.mu.Lock()
	defer s.Server.mu.Unlock()
	if len(s.viewers) != 1 {
		t.Fatalf("%d viewers", len(s.viewers))
	}
	for _, v := range s.viewers {
		return v
	}
	return nil
}

// skew is how much later, after it was due, sound is played than the picture.
func (v *viewer) skew(all []played) (time.Duration, bool) {
	now := time.Now()
	late := make(map[string]time.Duration)
	for i, rec := range v.lease.Tracks() {
		for _, p := range all {
			if p.Kind != rec.Codec.Kind.String() {
				continue
			}
			current, ok := v.player.RTPTime(i, now)
			if !ok {
				return 0, false
			}
			age := time.Duration(int32(current-p.RTP)) * time.Second / time.Duration(rec.Codec.ClockRate)
			// Both are on the browser's clock, whose beginning cancels out.
			late[p.Kind] = time.Duration(p.At*float64(time.Millisecond)) + age
		}
	}
	audio, hasAudio := late["audio"]
	video, hasVideo := late["video"]
	return audio - video, hasAudio && hasVideo
}
