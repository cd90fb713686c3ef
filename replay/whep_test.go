package replay

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr/stream"
)

// Every recorded packet reaches the viewer, once, with the recorded media.
func TestViewersGetAll(t *testing.T) {
	t.Parallel()
	names := []string{"jitsi-vp8", "plain-vp9", "livekit-h264", "plain-av1", "sframe-vp8"}
	s := serve(t, nil, names...)
	var done sync.WaitGroup
	for _, name := range names {
		done.Go(func() {
			b := s.watch(t, s.ids[name], browserOptions{})
			b.reach(t, name+" ends", func(st jsonPlayer) bool { return st.Ended })
			session := call(t, name)
			for _, r := range session.Tracks() {
				kind := r.Codec.Kind.String()
				want := sendable(t, r)
				got := b.until(t, kind, name+" comes whole", func(all []taped) bool { return len(all) >= want })
				sameMedia(t, r, got)
			}
			b.leave(t)
		})
	}
	done.Wait()
	s.Close()
	for _, v := range s.left {
		if !v.Connected || v.Err != nil || v.Watched < 10*time.Second {
			t.Errorf("%+v", v)
		}
		for _, track := range v.Tracks {
			if !track.Sent || track.Stats.Packets == 0 || track.Stats.Dropped != 0 {
				t.Errorf("%s: %+v", v.Name, track)
			}
		}
	}
	if len(s.left) != len(names) || len(s.joined) != len(names) {
		t.Errorf("%d joined, %d left, want %d", len(s.joined), len(s.left), len(names))
	}
}

// sendable counts the packets that are sent of a recording without holes:
// padding alone is not.
func sendable(t testing.TB, r *Recording) int {
	n := 0
	for _, p := range ordered(t, r) {
		if len(p.Payload) > 0 {
			n++
		}
	}
	return n
}

// Control over HTTP: pause, seek, speed, loop.
func TestControl(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, "livekit-vp8")
	id := s.ids["livekit-vp8"]
	clock := s.watch(t, id, browserOptions{}) // nobody touches this one
	clock.tell(t, `{"loop":true}`)
	b := s.watch(t, id, browserOptions{})
	b.more(t, "video", 20)
	if st := b.status(t); st.Schema != schema || st.Type != "player" || st.Recording != id || st.Paused || st.Ended || st.Loop ||
		st.Live || st.Speed != 1 || st.Position <= 0 || st.Duration < 10 {
		t.Errorf("%+v", st)
	}

	// A pause of about 3 s, as another viewer's clock has it, which may be late.
	st := b.tell(t, `{"paused":true}`)
	if !st.Paused {
		t.Errorf("%+v", st)
	}
	from := clock.until(t, "audio", "some", func(all []taped) bool { return len(all) > 0 })
	last := from[len(from)-1].Timestamp
	clock.until(t, "audio", "3 s more", func(all []taped) bool { return all[len(all)-1].Timestamp-last >= 3*48000 })
	if now := b.status(t); now.Position != st.Position {
		t.Errorf("at %v in the pause that began at %v", now.Position, st.Position)
	}
	n := b.count("audio")
	b.tell(t, `{"paused":false}`)
	all := b.until(t, "audio", "goes on", func(all []taped) bool { return len(all) > n })
	if d := all[n].Timestamp - all[n-1].Timestamp; d < 2*48000 || all[n].SequenceNumber != all[n-1].SequenceNumber+1 {
		t.Errorf("timestamps advanced by %d over a pause of 3 s", d)
	}

	// A seek starts at a key frame.
	n = b.count("video")
	st = b.tell(t, `{"seek_s":1}`)
	b.reach(t, "plays from 1 s", func(st jsonPlayer) bool { return st.Position > 1 && st.Position < 8 })
	b.more(t, "video", 30)
	all = inOrder(b.until(t, "video", "", func([]taped) bool { return true }))
	unbroken(t, call(t, "livekit-vp8").Tracks()[1], all)
	rising(t, all)
	if st.Position > 1 || !slices.ContainsFunc(all[n:], func(p taped) bool { return isKey(t, p) }) {
		t.Errorf("sought 1 s: at %v, and no key frame", st.Position)
	}

	// Beyond the end it ends, and goes on after the next seek.
	st = b.tell(t, `{"seek_s":100}`)
	if st.Position > st.Duration {
		t.Errorf("%+v", st)
	}
	b.reach(t, "the end", func(st jsonPlayer) bool { return st.Ended && st.Position == st.Duration })
	b.tell(t, `{"seek_s":0,"speed":4}`)
	st = b.reach(t, "plays on", func(st jsonPlayer) bool { return !st.Ended && st.Position > 0 })
	if st.Speed != 4 {
		t.Errorf("%+v", st)
	}
	b.tell(t, `{"loop":true,"speed":16}`)
	b.reach(t, "near the end", func(st jsonPlayer) bool { return st.Position > st.Duration/2 })
	b.reach(t, "the start again", func(st jsonPlayer) bool { return !st.Ended && st.Position < st.Duration/2 })
	b.leave(t)
	if status, _, _ := s.call(t, http.MethodGet, b.player, "", ""); status != http.StatusNotFound {
		t.Errorf("status %d of a player that is gone", status)
	}
	clock.leave(t)
}

// isKey tells a key frame's first packet of VP8 in clear.
func isKey(t testing.TB, p taped) bool {
	t.Helper()
	d, err := stream.ParseDescriptor("vp8", p.Payload, p.Marker)
	if err != nil {
		t.Fatal(err)
	}
	return d.Start && startsVP8Key(p.Payload[d.Len:])
}

// A viewer who cannot decode gets everything from the last key frame again.
func TestViewerAsksForKeyFrame(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, "livekit-vp8")
	b := s.watch(t, "", browserOptions{})
	b.more(t, "video", 50)
	b.pli(t)
	all := b.until(t, "video", "a burst from the last key frame", func(all []taped) bool {
		keys := 0
		for _, p := range inOrder(all) {
			if isKey(t, p) {
				keys++
			}
		}
		return keys >= 2
	})
	all = inOrder(all)
	i := slices.IndexFunc(all[1:], func(p taped) bool { return isKey(t, p) }) + 1
	if all[i].Timestamp != all[0].Timestamp {
		t.Errorf("timestamp %d of the key frame that was %d", all[i].Timestamp, all[0].Timestamp)
	}
	unbroken(t, call(t, "livekit-vp8").Tracks()[1], all)
}

// All who watch live are at the same place, and cannot change it.
func TestViewersLive(t *testing.T) {
	t.Parallel()
	s := serve(t, func(o *ServerOptions) { o.Live, o.Player = true, Options{Loop: true} }, "livekit-vp8")
	var list jsonRecordings
	s.get(t, "/recordings", &list)
	if !list.Live {
		t.Errorf("%+v", list)
	}
	a := s.watch(t, "", browserOptions{})
	a.more(t, "video", 60)
	b := s.watch(t, "", browserOptions{})
	all := inOrder(b.more(t, "video", 30))
	if !isKey(t, all[0]) {
		t.Error("it does not begin with a key frame")
	}
	one, two, three := a.status(t), b.status(t), a.status(t)
	if !one.Live || !two.Live || one.Position > two.Position || two.Position > three.Position {
		t.Errorf("%v, %v, %v", one.Position, two.Position, three.Position)
	}
	for _, command := range []string{`{"paused":true}`, `{"seek_s":1}`, `{"speed":2}`, `{"loop":false}`, `{"key_frame":{"track":1,"rtp_timestamp":1},"paused":true}`} {
		if status, body, _ := s.call(t, http.MethodPost, b.player, "application/json", command); status != http.StatusConflict {
			t.Errorf("%s: status %d: %s", command, status, body)
		}
	}
	b.tell(t, `{"key_frame":{"track":1,"rtp_timestamp":1}}`)
	a.leave(t)
	b.more(t, "video", 10)
}

// What there is, as the page asks for it.
func TestRecordings(t *testing.T) {
	s := serve(t, nil, "plain-vp8-loss", "rfc9605-vp8-gcm")
	var list jsonRecordings
	s.get(t, "/recordings", &list)
	if list.Schema != schema || list.Type != "recordings" || list.Live || len(list.Recordings) != 2 {
		t.Fatalf("%+v", list)
	}
	sealed := list.Recordings[1]
	if sealed.Name != "rfc9605-vp8-gcm" || *sealed.Duration < 10 || len(sealed.Tracks) != 2 ||
		!sealed.Tracks[1].Encrypted || *sealed.Tracks[1].KeyFrames || sealed.Tracks[0].Codec != "opus" {
		t.Errorf("%+v", sealed)
	}
	var d jsonDetails
	s.get(t, "/recordings/"+list.Recordings[0].ID, &d)
	session := call(t, "plain-vp8-loss")
	if d.ID != list.Recordings[0].ID || len(d.Tracks) != len(session.Tracks()) {
		t.Fatalf("%+v", d)
	}
	holes := 0
	for i, track := range d.Tracks {
		if got, want := len(track.Losses), len(session.Losses(i)); got != want {
			t.Errorf("track %d: %d holes, want %d", i, got, want)
		}
		for _, l := range track.Losses {
			if l.From > l.To || l.Packets < 1 || l.To > d.Duration {
				t.Errorf("%+v", l)
			}
		}
		holes += len(track.Losses)
		if got, want := len(track.KeyFrames), len(session.KeyFrames(i)); got != want {
			t.Errorf("track %d: %d key frames, want %d", i, got, want)
		}
	}
	if holes == 0 {
		t.Error("no holes at all")
	}
	for name, id := range s.ids {
		if b, err := base64.RawURLEncoding.DecodeString(id); err != nil || len(b) != 16 {
			t.Errorf("%s: id %q", name, id)
		}
	}
}

// A viewer whose browser takes nothing of a recording is told so; one that
// takes a part gets it.
func TestViewerWithoutCodec(t *testing.T) {
	t.Parallel()
	s := serve(t, nil, "livekit-h264")
	pc := offering(t, browserOptions{kinds: []string{"video"}, codecs: []string{"video/VP8"}})
	status, body, _ := s.call(t, http.MethodPost, "/whep", "application/sdp", offer(t, pc))
	if status != http.StatusNotAcceptable || !strings.Contains(string(body), "opus, h264") {
		t.Errorf("status %d: %s", status, body)
	}
	b := s.watch(t, "", browserOptions{codecs: []string{"video/VP8", "audio/opus"}})
	b.more(t, "audio", 20)
	if n := b.count("video"); n != 0 {
		t.Errorf("%d packets of video", n)
	}
	b.leave(t)
	s.Close()
	if len(s.left) != 1 || s.left[0].Tracks[1].Sent || !s.left[0].Tracks[0].Sent {
		t.Errorf("%+v", s.left)
	}
}
