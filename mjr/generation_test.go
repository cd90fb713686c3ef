package mjr_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
)

// oldHead is a file head with JSON under a magic of eight letters.
func oldHead(magic, text string) string {
	return magic + string([]byte{byte(len(text) >> 8), byte(len(text))}) + text
}

func TestGenerations(t *testing.T) {
	audio, video, data := opus(t, 20), vp8(t, 20), texts(t, 20)
	json := string(audio.head[10:])
	for _, c := range []struct {
		name    string
		rec     recorded
		version int
		kind    mjr.Kind
		codec   string
	}{
		{"v0 audio", audio.old("MEETECHO\x00\x05audio"), 0, mjr.Audio, "opus"},
		{"v0 video", video.old("MEETECHO\x00\x05video"), 0, mjr.Video, "vp8"},
		{"v0 data, which none ever wrote", data.old("MEETECHO\x00\x05data!"), 0, mjr.Data, "text"},
		{"v0 with another word for audio", audio.old("MEETECHO\x00\x05a----"), 0, mjr.Audio, "opus"},
		{"v1 audio", audio.old(oldHead("MJR00001", json)), 1, mjr.Audio, "opus"},
		{"v1 video", video.old(oldHead("MJR00001", string(video.head[10:]))), 1, mjr.Video, "vp8"},
		{"v1 data", data.old(oldHead("MJR00001", string(data.head[10:]))), 1, mjr.Data, "text"},
		{"v2 audio", audio, 2, mjr.Audio, "opus"},
		{"v2 data", data, 2, mjr.Data, "text"},
		{"v3 with frames of v2", swapHead(audio, oldHead("MJR00003", json)), 2, mjr.Audio, "opus"},
		{"v3 with frames of v1", audio.old(oldHead("MJR00003", json)), 1, mjr.Audio, "opus"},
		{"junk behind MJ, frames of v2", swapHead(audio, oldHead("MJunk!!!", json)), 2, mjr.Audio, "opus"},
		{"junk behind MJ, frames of v1", audio.old(oldHead("MJunk!!!", json)), 1, mjr.Audio, "opus"},
		{"junk behind ME, frames of v2", swapHead(audio, oldHead("MEmory!!", json)), 2, mjr.Audio, "opus"},
		{"v2 that claims to be v1", swapHead(audio, oldHead("MJR00001", json)), 2, mjr.Audio, "opus"},
		{"v1 that claims to be v2", audio.old(oldHead("MJR00002", json)), 1, mjr.Audio, "opus"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, c.rec.file)
			h := r.Header
			if h.Version != c.version || h.Kind != c.kind || h.Codec != c.codec {
				t.Errorf("version %d, %s, %q; want %d, %s, %q", h.Version, h.Kind, h.Codec, c.version, c.kind, c.codec)
			}
			got := drain(t, r)
			checkReport(t, r.Report(), mjr.Report{Records: 20})
			if out, others := found(got, c.rec, c.kind); len(out) != 20 || others != 0 {
				t.Errorf("records %v came out, and %d others", out, others)
			}
			for i, p := range got {
				if p.HasArrival != (c.version == 2) || !p.HasArrival && p.Arrival != 0 {
					t.Errorf("packet %d: arrival %v (%t)", i, p.Arrival, p.HasArrival)
				}
			}
		})
	}
}

func swapHead(r recorded, head string) recorded {
	s := recorded{head: []byte(head), records: r.records}
	s.file = s.join()
	return s
}

// A single corrupted byte in a file magic or in the first frame's must not
// make eight letters of magic a received time, or the other way round.
func TestGenerationOutlastsDamage(t *testing.T) {
	audio := opus(t, 10)
	v1 := audio.old(oldHead("MJR00001", string(audio.head[10:])))
	first := len(v1.head)
	for _, c := range []struct {
		name string
		rec  recorded
		at   int
		to   byte
	}{
		{"v1, first frame MEET and no more", v1, first + 5, 'x'},
		{"v1 whose magic says 2", v1, 7, '2'},
		{"v1 whose magic says 0", v1, 7, '0'},
		{"v2 whose magic says 1", audio, 7, '1'},
		{"v2 whose magic says 0", audio, 7, '0'},
		{"v0, first frame MEET and no more", audio.old("MEETECHO\x00\x05audio"), 15 + 7, 0},
	} {
		b := bytes.Clone(c.rec.file)
		b[c.at] = c.to
		got, _ := read(t, b)
		if len(got) < 9 {
			t.Errorf("%s: %d packets < 9", c.name, len(got))
		}
		for i, p := range got {
			timed := c.rec.records[0][4] != 'E'
			if p.HasArrival != timed {
				t.Errorf("%s: packet %d: arrival %v (%t)", c.name, i, p.Arrival, p.HasArrival)
			}
		}
	}
}

// The received time that spells ECHO is 13 days after the beginning.
func TestReceivedTimeThatSpellsEcho(t *testing.T) {
	audio := opus(t, 5)
	copy(audio.records[3][4:], "ECHO")
	got, report := read(t, audio.join())
	checkReport(t, report, mjr.Report{Records: 5})
	if ms := got[3].Arrival.Milliseconds(); !got[3].HasArrival || ms != 0x4543484F {
		t.Errorf("arrival %d ms (%t), want %d", ms, got[3].HasArrival, 0x4543484F)
	}
}

func TestEmpty(t *testing.T) {
	audio := opus(t, 1)
	v0 := "MEETECHO\x00\x05audio"
	for _, c := range []struct {
		name    string
		file    string
		version int
		kind    mjr.Kind
		headers int64
	}{
		{"no bytes", "", 0, mjr.KindUnknown, 0},
		{"the magic alone", "MJR00002", 2, mjr.KindUnknown, 0},
		{"the magic of v1 alone", "MJR00001", 1, mjr.KindUnknown, 0},
		{"the magic of v0 alone", "MEETECHO", 0, mjr.KindUnknown, 0},
		{"JSON of length 0", "MJR00002\x00\x00", 2, mjr.KindUnknown, 0},
		{"word of length 0", "MEETECHO\x00\x00", 0, mjr.KindUnknown, 0},
		{"JSON and no frames", string(audio.head), 2, mjr.Audio, 0},
		{"a word and no frames", v0, 0, mjr.Audio, 0},
		{"two of the magic alone", "MJR00002MJR00002", 2, mjr.KindUnknown, 1},
		{"the magic alone, then JSON", "MJR00002" + string(audio.head), 2, mjr.Audio, 1},
		{"JSON, then the magic alone", string(audio.head) + "MJR00002", 2, mjr.Audio, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, []byte(c.file))
			if !r.Empty() {
				t.Error("not said to be empty")
			}
			if r.Header.Version != c.version || r.Header.Kind != c.kind {
				t.Errorf("version %d, %s; want %d, %s", r.Header.Version, r.Header.Kind, c.version, c.kind)
			}
			if got := drain(t, r); len(got) != 0 || !r.Empty() {
				t.Errorf("%d packets, empty %t", len(got), r.Empty())
			}
			checkReport(t, r.Report(), mjr.Report{Headers: c.headers})
		})
	}

	if r := open(t, audio.file); r.Empty() {
		t.Error("a file with one record is said to be empty")
	} else if drain(t, r); r.Empty() {
		t.Error("a file is said to be empty when it was read")
	}
	if r := open(t, slices.Concat(audio.head, []byte(strings.Repeat("junk", 40)))); r.Empty() {
		t.Error("a file with junk in it is said to be empty")
	}
}
