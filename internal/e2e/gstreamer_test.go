package e2e

import (
	"crypto/sha256"
	endian "encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestGStreamerPublishes: all that webrtcbin sends over WHIP is recorded, byte
// for byte, and can be converted. Its ICE, DTLS and SRTP are libnice, OpenSSL
// and libsrtp.
func TestGStreamerPublishes(t *testing.T) {
	n := newIsland(t)
	type publication struct {
		codec, query string
		options      []string
		dir          string
		mjr          *command
		from         *gstreamer
	}
	const packets = 100
	all := []*publication{
		{codec: "vp8"},
		{codec: "vp8", query: "?e2ee=1", options: []string{"trickle"}},
		{codec: "h264", options: []string{"trickle"}},
		{codec: "h264", query: "?e2ee=1"},
		{codec: "vp9"},
	}
	for _, p := range all {
		p.dir = t.TempDir()
		p.mjr = n.mjr("record", filepath.Join(p.dir, "call"))
		p.from = n.gstreamer(append([]string{"publish", p.mjr.url() + "whip" + p.query, p.codec, strconv.Itoa(packets)}, p.options...)...)
	}
	for _, p := range all {
		t.Run(p.codec+p.query, func(t *testing.T) {
			p.from.event("sent", new(struct{}))
			if p.options != nil {
				var trickled struct{ Status int }
				if p.from.event("trickled", &trickled); trickled.Status != 204 {
					t.Errorf("trickled candidates: status %d", trickled.Status)
				}
			}
			sent := p.from.packets()
			s := &studio{t: t, mjr: p.mjr, dir: p.dir}
			for kind, name := range trackNames {
				until(t, "the last packet of "+kind, func() bool {
					rec, last := s.file(name), sent[kind][len(sent[kind])-1]
					return slices.ContainsFunc(rec.packets, func(b []byte) bool { return endian.BigEndian.Uint16(b[2:]) == last.Seq })
				})
			}
			p.from.end()
			if code := p.mjr.stop(); code != 0 {
				t.Errorf("exit %d", code)
			}
			encrypted := p.query != ""
			for kind, name := range trackNames {
				if len(sent[kind]) < packets {
					t.Errorf("GStreamer sent %d packets of %s", len(sent[kind]), kind)
				}
				s.stored(kind, s.file(name), sent[kind], encrypted)
			}
			if encrypted {
				return // it says so, but it is not
			}
			s.playable(p.codec)
		})
	}
}

// trackNames are the files of a publisher of sound and pictures, by kind.
var trackNames = map[string]string{"audio": "call-audio-0", "video": "call-video-1"}

// stored holds a file, and what is reported of it, against what was sent.
func (s *studio) stored(kind string, rec recorded, sent []gstPacket, encrypted bool) {
	s.t.Helper()
	payloads := make(map[uint16]string)
	for _, p := range sent {
		payloads[p.Seq] = p.Payload
	}
	for _, b := range rec.packets {
		seq := endian.BigEndian.Uint16(b[2:])
		if got := sum(payload(b)); got != payloads[seq] || endian.BigEndian.Uint32(b[8:]) != sent[0].SSRC {
			s.t.Fatalf("%s: packet %d is not the one that was sent", kind, seq)
		}
		delete(payloads, seq)
	}
	for _, e := range s.mjr.all() {
		var r result
		if err := json.Unmarshal(e, &r); err != nil {
			s.t.Fatal(err)
		}
		if r.Type != "result" || r.Kind != kind {
			continue
		}
		if r.Stored+r.Lost != int64(len(sent)) || r.Lost != int64(len(payloads)) || r.Encrypted != encrypted || rec.header.Encrypted != encrypted {
			s.t.Errorf("%s: %d were sent, %d of them not stored, flag %v; the report says %+v", kind, len(sent), len(payloads), rec.header.Encrypted, r)
		}
		return
	}
	s.t.Errorf("%s: no result", kind)
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// playable converts what was recorded, and decodes it; so does Janus's tool.
func (s *studio) playable(codec string) {
	s.t.Helper()
	files := map[string]recorded{"audio": s.file("call-audio-0"), "video": s.file("call-video-1")}
	endings := map[string][2]string{"vp8": {".webm", ".webm"}, "vp9": {".webm", ".webm"}, "h264": {".mkv", ".mp4"}}
	out := filepath.Join(s.t.TempDir(), "mjr"+endings[codec][0])
	for _, track := range convert(s.t, "-o", out, files["audio"].path, files["video"].path) {
		if f := track.Frames; f.Written == 0 || f.Incomplete+f.Malformed != 0 {
			s.t.Errorf("%s: %+v", track.Kind, f)
		}
		if got := decoded(s.t, out, track.Kind); got != track.Frames.Written {
			s.t.Errorf("%s: %d frames of %d can be decoded", track.Kind, got, track.Frames.Written)
		}
	}
	for kind, ending := range map[string]string{"audio": ".opus", "video": endings[codec][1]} {
		theirs := filepath.Join(s.t.TempDir(), "janus"+ending)
		corpus.Run(s.t, "janus-pp-rec", files[kind].path, theirs)
		if decoded(s.t, theirs, kind) == 0 {
			s.t.Errorf("janus-pp-rec made no %s", kind)
		}
	}
}

// decoded counts the frames of a kind that ffprobe can decode.
func decoded(t testing.TB, file, kind string) int64 {
	t.Helper()
	out, _ := corpus.Run(t, "ffprobe", "-v", "error", "-select_streams", kind[:1], "-count_frames",
		"-show_entries", "stream=nb_read_frames", "-of", "json", file)
	var probed struct {
		Streams []struct {
			Frames int64 `json:"nb_read_frames,string"`
		}
	}
	if err := json.Unmarshal([]byte(out), &probed); err != nil || len(probed.Streams) != 1 {
		t.Errorf("%s: %s (%v)", filepath.Base(file), out, err)
		return 0
	}
	return probed.Streams[0].Frames
}

// TestGStreamerWatches: webrtcbin gets every packet of a recording over WHEP,
// with the bytes that were recorded and in their order, encrypted or not. Its
// sockets hold little; where the machine is too busy to empty them, not more is
// missing than the kernel dropped.
func TestGStreamerWatches(t *testing.T) {
	n := newIsland(t)
	type showing struct {
		name, codec string
		mjr         *command
		to          *gstreamer
	}
	all := []*showing{
		{name: "plain-vp8-identity", codec: "vp8"}, {name: "plain-vp9", codec: "vp9"}, {name: "plain-h264", codec: "h264"},
		{name: "jitsi-vp8", codec: "vp8"}, {name: "sframe-vp8", codec: "vp8"}, {name: "livekit-h264", codec: "h264"},
	}
	for _, s := range all {
		s.mjr = n.mjr("replay", media(corpus.Load(t, s.name))...)
		s.to = n.gstreamer("watch", s.mjr.url()+"whep", s.codec)
	}
	for _, s := range all {
		t.Run(s.name, func(t *testing.T) {
			for _, kind := range []string{"audio", "video"} {
				want := replayed(t, s.name, kind)
				var got []string
				var drops int64
				defer func() {
					if t.Failed() {
						t.Logf("%s: %d packets of %d, the kernel dropped %d; missing are %v", kind, len(got), len(want), drops, missingOf(want, got))
					}
				}()
				until(t, fmt.Sprintf("%d packets of %s", len(want), kind), func() bool {
					got, drops = inOrder(s.to.packets()[kind]), n.drops()
					return len(got)+int(drops) >= len(want)
				})
				rest := want
				for i, p := range got {
					at := slices.Index(rest, p)
					if at < 0 || at > 0 && drops == 0 {
						t.Fatalf("%s: packet %d of %d is not the recorded one, or not in its place", kind, i, len(got))
					}
					rest = rest[at+1:]
				}
			}
			s.to.end()
			var left struct {
				Connected bool
				Tracks    []struct{ Packets, SentAgain, Dropped int64 }
			}
			if s.mjr.event("left", &left); !left.Connected || len(left.Tracks) != 2 || left.Tracks[0].Dropped+left.Tracks[1].Dropped != 0 {
				t.Errorf("mjr says %+v", left)
			}
			if code := s.mjr.stop(); code != 0 {
				t.Errorf("exit %d", code)
			}
		})
	}
}

// missingOf are the places of what did not come.
func missingOf(want, got []string) (places []int) {
	for i, p := range want {
		if !slices.Contains(got, p) {
			places = append(places, i)
		}
	}
	return places
}

// inOrder are the payloads by sequence number, each once.
func inOrder(packets []gstPacket) (payloads []string) {
	numbers := make(map[int]string)
	last := 0
	for i, p := range packets {
		last = carryOn(last, p.Seq, i == 0)
		numbers[last] = p.Payload
	}
	keys := make([]int, 0, len(numbers))
	for k := range numbers {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		payloads = append(payloads, numbers[k])
	}
	return payloads
}

// replayed are the payloads of a track that are sent: padding alone is not.
func replayed(t testing.TB, name, kind string) (payloads []string) {
	t.Helper()
	rec := readRecorded(t, corpus.Load(t, name).File(t, kind))
	var packets []gstPacket
	for _, b := range rec.packets {
		if body := payload(b); len(body) > 0 {
			packets = append(packets, gstPacket{Seq: endian.BigEndian.Uint16(b[2:]), Payload: sum(body)})
		}
	}
	return inOrder(packets)
}
