package ogg_test

import (
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

const (
	ms     = time.Millisecond
	us     = time.Microsecond
	sample = 48 // a millisecond
)

var opus = media.Track{Codec: "opus", ClockRate: 48000, Channels: 2}

// fill writes two packets of a configuration, the second a gap behind the
// first, and returns what was put between them.
func fill(t *testing.T, config byte, gap time.Duration) []packet {
	t.Helper()
	data := []byte{config<<3 | 4, 1, 2, 3}
	length, _ := media.OpusDuration(data)
	b := file(t, opus, media.Frame{Data: data}, media.Frame{PTS: length + gap, Data: data})
	_, _, all := packets(t, b)
	return all[1 : len(all)-1]
}

func TestFill(t *testing.T) {
	type run struct {
		config, frames byte
	}
	for _, tt := range []struct {
		name   string
		config byte
		gap    time.Duration
		want   []run
	}{
		{"one packet of hybrid", 15, 20 * ms, []run{{15, 1}}},
		{"DTX of CELT, 400 ms", 31, 380 * ms, []run{{31, 6}, {31, 6}, {31, 6}, {31, 1}}},
		{"hybrid, and 10 ms over", 15, 50 * ms, []run{{15, 2}, {14, 1}}},
		{"hybrid, and 12.5 ms over: CELT at the end", 15, 32500 * us, []run{{15, 1}, {14, 1}, {28, 1}}},
		{"super-wide hybrid", 13, 25 * ms, []run{{13, 1}, {24, 2}}},
		{"SILK of 60 ms, narrow", 3, 195 * ms, []run{{3, 2}, {3, 1}, {0, 1}, {16, 2}}},
		{"SILK of 40 ms, medium: CELT has no such band", 6, 95 * ms, []run{{6, 2}, {4, 1}, {20, 2}}},
		{"SILK of 20 ms, wide", 9, 135 * ms, []run{{9, 6}, {8, 1}, {20, 2}}},
		{"CELT of 2.5 ms", 16, 5 * ms, []run{{16, 2}}},
		{"CELT of 20 ms, and shorter ones", 23, 37500 * us, []run{{23, 1}, {22, 1}, {21, 1}, {20, 1}}},
		{"less than a step over", 31, 20*ms + 2400*us, []run{{31, 1}}},
		{"jitter", 31, 10 * ms, nil},
		{"a packet of 2.5 ms, half of it", 28, 1250 * us, nil},
		{"a packet of 2.5 ms, whole", 28, 2500 * us, []run{{28, 1}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := fill(t, tt.config, tt.gap)
			if len(got) != len(tt.want) {
				t.Fatalf("got %v, want %v", got, tt.want)
			}
			for i, p := range got {
				w := tt.want[i]
				if !p.filler() || p.data[0] != w.config<<3|4|3 || p.data[1] != w.frames {
					t.Errorf("packet %d: got %x, want configuration %d, %d frames", i, p.data, w.config, w.frames)
				}
			}
		})
	}
}

// Every configuration fills every gap, up to less than 2.5 ms, and not more.
func TestFillAll(t *testing.T) {
	for config := range byte(32) {
		for gap := 30 * ms; gap < 300*ms; gap += 1700 * us {
			var sum int64
			for _, p := range fill(t, config, gap) {
				sum += p.length
			}
			if left := int64(gap)*sample/int64(ms) - sum; left < 0 || left >= 120 {
				t.Fatalf("configuration %d, gap %v: %d samples left", config, gap, left)
			}
		}
	}
}

// Hours cost little, and a gap that no call has is refused.
func TestLongGap(t *testing.T) {
	first := media.Frame{Data: []byte{0xf8, 1}}
	after := func(d time.Duration) media.Frame { return media.Frame{PTS: d, Data: first.Data} }
	b := file(t, opus, first, after(10*time.Hour))
	if len(b) > 3<<20 {
		t.Errorf("ten hours of silence took %d bytes", len(b))
	}
	if got := read(t, b); len(got) != 2 || got[1].PTS != 10*time.Hour {
		t.Errorf("got %v", got)
	}
	if _, err := tryFile(opus, first, after(25*time.Hour)); err == nil {
		t.Error("a gap of 25 hours was filled")
	}
	if got := read(t, file(t, opus, after(25*time.Hour))); len(got) != 1 || got[0].PTS != 25*time.Hour {
		t.Errorf("no gap but a late start: got %v", got)
	}
}

// Jitter of a clock neither makes gaps nor adds up.
func TestJitter(t *testing.T) {
	var frames []media.Frame
	for i := range 1000 {
		jitter := time.Duration(i*7919%11-5) * ms
		frames = append(frames, media.Frame{PTS: time.Second + time.Duration(i)*20*ms + jitter, Data: []byte{0xf8, 1}})
	}
	_, _, all := packets(t, file(t, opus, frames...))
	if len(all) != len(frames) {
		t.Fatalf("got %d packets, want %d and no filling", len(all), len(frames))
	}
	for i, p := range all {
		if off := (time.Duration(p.start) * time.Second / 48000) - frames[i].PTS; off.Abs() > 20*ms {
			t.Fatalf("packet %d: off by %v", i, off)
		}
	}
}

// A sender's clock that runs on by less than its packets last, once (a
// recorder's pause): what follows is that much late, until a gap.
func TestOverlap(t *testing.T) {
	data := []byte{0xf8, 1}
	at := func(d time.Duration) media.Frame { return media.Frame{PTS: d, Data: data} }
	got := read(t, file(t, opus, at(0), at(15500*us), at(35500*us), at(200*ms)))
	for i, want := range []time.Duration{0, 20 * ms, 40 * ms, 200 * ms} {
		off := got[i].PTS - want
		if off.Abs() > 2500*us {
			t.Errorf("packet %d: got %v, want %v", i, got[i].PTS, want)
		}
	}
	var frames []media.Frame
	for i := range 200 {
		frames = append(frames, at(time.Duration(i)*10*ms)) // each of 20 ms
	}
	if _, err := tryFile(opus, frames...); err == nil {
		t.Error("packets that last twice as long as their clock were taken")
	}
}

// What is not Opus, as a frame that was not decrypted, has no place.
func TestMalformed(t *testing.T) {
	for _, data := range [][]byte{{0xff}, {0xfb, 0}, {0xf9, 1}, make([]byte, 1400)} {
		if _, err := tryFile(opus, media.Frame{Data: data}); err == nil {
			t.Errorf("%.8x of %d bytes was taken", data, len(data))
		}
	}
}
