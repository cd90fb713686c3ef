package replay

import (
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// without is a real recording of which some packets were lost.
func without(t *testing.T, name, kind string, lost func(i int) bool) *Recording {
	t.Helper()
	path := corpus.Load(t, name).File(t, kind)
	h, all := load(t, path)
	var rest []mjr.Packet
	for i, p := range all {
		if !lost(i) {
			rest = append(rest, p)
		}
	}
	return openBytes(t, rebuild(t, h, rest), filepath.Base(path))
}

// The holes of a real recording are closed.
func TestHolesOfAudio(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "plain-vp8-loss")
		lost := int64(0)
		for _, l := range s.Losses(0) {
			lost += l.Packets
			if l.From >= l.To || l.To > s.Duration() {
				t.Errorf("a hole from %v to %v", l.From, l.To)
			}
		}
		if lost != 57 {
			t.Errorf("%d packets lost, want 57", lost)
		}
		tapes, _ := play(t, s, Options{}, nil)
		unbroken(t, s.Tracks()[0], tapes[0].all())
		clocks(t, s.Tracks()[0], tapes[0].all())
		if got := len(tapes[0].all()); got != s.Tracks()[0].Len() {
			t.Errorf("%d packets, want %d", got, s.Tracks()[0].Len())
		}
	})
}

// Of video all is dropped from the hole to the next key frame.
func TestHolesOfVideo(t *testing.T) {
	for _, c := range []struct {
		name  string
		first int // packet that is lost
		n     int
	}{
		{"jitsi-vp8", 100, 1},
		{"jitsi-vp8", 100, 40},
		{"plain-vp9", 50, 3},
		{"livekit-h264", 30, 2},
		{"plain-av1", 20, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := without(t, c.name, "video", func(i int) bool { return i >= c.first && i < c.first+c.n })
			s := NewSession(r)
			if l := s.Losses(0); len(l) != 1 || l[0].Packets != int64(c.n) {
				t.Fatalf("%s: losses %v", c.name, l)
			}
			if !r.index[0].flags.has(key) || r.keys[1] < c.first {
				t.Fatalf("%s: the hole is not in the first group: %v", c.name, r.keys)
			}
			tapes, p := play(t, s, Options{}, nil)
			all := tapes[0].all()
			unbroken(t, r, all)
			clocks(t, r, all)
			dropped := p.Stats()[0].Dropped
			if int(dropped)+len(all) != r.Len() {
				t.Errorf("%s: %d packets, %d dropped, of %d", c.name, len(all), dropped, r.Len())
			}
			behind := r.keys[1] - int(dropped)
			if behind > c.first || behind < c.first-10 {
				t.Errorf("%s: %d packets before the hole at %d", c.name, behind, c.first)
			}
			if !all[behind-1].Marker {
				t.Errorf("%s: a piece of a frame was sent", c.name)
			}
			if got, want := all[behind].Timestamp-all[0].Timestamp, uint32(r.index[r.keys[1]].time); got != want {
				t.Errorf("%s: goes on at %d, want the key frame at %d", c.name, got, want)
			}
		})
	}
}

// Where no key frame can be seen only the frames with holes are dropped.
func TestHolesWithoutKeyFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, packets := load(t, corpus.Load(t, "sframe-vp8").File(t, "video"))
		marked := func(i int) bool { return packets[i].Data[1]&0x80 != 0 }
		// A packet in the middle of a frame of three.
		lost := 100
		for marked(lost-2) || marked(lost-1) || marked(lost) {
			lost++
		}
		first, last := lost, lost
		for !marked(first - 1) {
			first--
		}
		for !marked(last) {
			last++
		}
		r := without(t, "sframe-vp8", "video", func(i int) bool { return i == lost })
		tapes, p := play(t, NewSession(r), Options{}, nil)
		unbroken(t, r, tapes[0].all())
		if got, want := p.Stats()[0].Dropped, int64(last-first); got != want {
			t.Errorf("%d packets dropped, want the %d that are left of a frame", got, want)
		}
	})
}

// A recording that begins inside a frame, or ends inside one.
func TestCutFrames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, packets := load(t, corpus.Load(t, "jitsi-vp8").File(t, "video"))
		end := len(packets) - 1
		for packets[end].Data[1]&0x80 != 0 {
			end--
		}
		r := without(t, "jitsi-vp8", "video", func(i int) bool { return i == 0 || i > end })
		if r.index[0].flags.has(key) || !r.index[0].flags.has(broken) || !r.index[r.Len()-1].flags.has(broken) {
			t.Errorf("flags %b to %b", r.index[0].flags, r.index[r.Len()-1].flags)
		}
		tapes, _ := play(t, NewSession(r), Options{}, nil)
		unbroken(t, r, tapes[0].all())
		if !tapes[0].last().Marker {
			t.Error("a piece of a frame was sent")
		}
	})
}

// Marker bits that the source lost are set again.
func TestMarker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := corpus.Load(t, "jitsi-vp8").File(t, "video")
		h, packets := load(t, path)
		var want []bool
		for i := range packets {
			want = append(want, packets[i].Data[1]&0x80 != 0)
			packets[i].Data[1] &^= 0x80
		}
		r := openBytes(t, rebuild(t, h, packets), "unmarked")
		tapes, _ := play(t, NewSession(r), Options{}, nil)
		var got []bool
		for _, p := range tapes[0].all() {
			got = append(got, p.Marker)
		}
		if !slices.Equal(got, want) {
			t.Error("the marker bits are not those that were there")
		}
	})
}

// Timestamps that stand still are replaced by received times.
func TestPlayByArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, kind := range []string{"audio", "video"} {
			h, packets := load(t, corpus.Load(t, "jitsi-vp8").File(t, kind))
			for i := range packets {
				copy(packets[i].Data[4:8], "same")
			}
			r := openBytes(t, rebuild(t, h, packets), "stopped")
			if !r.ByArrival {
				t.Fatal("not played by received times")
			}
			tapes, _ := play(t, NewSession(r), Options{}, nil)
			all := tapes[0].all()
			unbroken(t, r, all)
			clocks(t, r, all)
			if len(all) != len(packets) {
				t.Errorf("%d packets, want %d", len(all), len(packets))
			}
			for i := range all[1:] {
				if all[i].Marker != (all[i].Timestamp != all[i+1].Timestamp) && kind == "video" {
					t.Fatalf("packet %d: marker %v, timestamps %d and %d", i, all[i].Marker, all[i].Timestamp, all[i+1].Timestamp)
				}
			}
			if d := all[len(all)-1].at - packets[len(packets)-1].Arrival; d.Abs() > 100*time.Millisecond {
				t.Errorf("ended %v late", d)
			}
		}
	})
}
