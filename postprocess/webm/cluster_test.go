package webm_test

import (
	"bytes"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
	"github.com/mjrkit/mjrkit/postprocess/webm"
)

var (
	opusTrack = media.Track{Codec: "opus", ClockRate: 48000, Channels: 2}
	vp8Track  = media.Track{Codec: "vp8", ClockRate: 90000, Width: 640, Height: 480}
)

// seekable is a file in memory.
type seekable struct {
	data []byte
	pos  int
}

func (s *seekable) Write(b []byte) (int, error) {
	s.data = append(s.data[:s.pos], append(bytes.Clone(b), s.data[min(len(s.data), s.pos+len(b)):]...)...)
	s.pos += len(b)
	return len(b), nil
}

func (s *seekable) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekCurrent {
		offset += int64(s.pos)
	}
	s.pos = int(offset)
	return offset, nil
}

// place is where a frame lies.
type place struct {
	time  time.Duration
	track int
	key   bool
}

func places(t *testing.T, tracks []media.Track, at []place, size int) *file {
	t.Helper()
	var s seekable
	w, err := webm.New(&s, tracks)
	if err != nil {
		t.Fatal(err)
	}
	data := bytes.Repeat([]byte{1}, size)
	for _, p := range at {
		if err := w.WriteFrame(media.Frame{PTS: p.time, Track: p.track, Key: p.key, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f := parse(t, s.data)
	checkPlaces(t, f, s.data)
	return f
}

// times lists the times of clusters and cues in milliseconds.
func times(f *file) (clusters, cues []uint64) {
	for _, c := range f.Segment.Cluster {
		clusters = append(clusters, c.Timecode)
	}
	for _, c := range f.Segment.Cues.CuePoint {
		cues = append(cues, c.CueTime)
	}
	return clusters, cues
}

func TestClusters(t *testing.T) {
	const s, ms = time.Second, time.Millisecond
	for _, tt := range []struct {
		name           string
		tracks         []media.Track
		frames         []place
		clusters, cues []uint64
	}{
		{
			"audio: every five seconds", []media.Track{opusTrack},
			[]place{{time: 0}, {time: 4999 * ms}, {time: 5 * s}, {time: 11 * s}, {time: 10 * time.Hour}},
			[]uint64{0, 5000, 11000, 36000000}, []uint64{0, 5000, 11000, 36000000},
		},
		{
			"video: at key frames, and after five seconds", []media.Track{vp8Track},
			[]place{{time: 0, key: true}, {time: s}, {time: 2 * s, key: true}, {time: 6 * s}, {time: 7 * s}, {time: 8 * s, key: true}},
			[]uint64{0, 2000, 7000, 8000}, []uint64{0, 2000, 8000},
		},
		{
			"audio first, then a key frame", []media.Track{opusTrack, vp8Track},
			[]place{{time: 0}, {time: 20 * ms}, {time: 30 * ms, track: 1, key: true}, {time: 40 * ms}},
			[]uint64{0, 30}, []uint64{30},
		},
		{
			"key frames alone: a cue every half second", []media.Track{vp8Track},
			[]place{{time: 0, key: true}, {time: 250 * ms, key: true}, {time: 500 * ms, key: true}, {time: 900 * ms, key: true}, {time: s, key: true}},
			[]uint64{0, 250, 500, 900, 1000}, []uint64{0, 500, 1000},
		},
		{
			"a frame ten seconds back keeps its time", []media.Track{vp8Track, opusTrack},
			[]place{{time: 40 * s, key: true}, {time: 30 * s, track: 1}},
			[]uint64{40000}, []uint64{40000},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := places(t, tt.tracks, tt.frames, 10)
			clusters, cues := times(f)
			if !slices.Equal(clusters, tt.clusters) || !slices.Equal(cues, tt.cues) {
				t.Errorf("got clusters at %v, cues at %v, want %v, %v", clusters, cues, tt.clusters, tt.cues)
			}
			i := 0
			for _, c := range f.Segment.Cluster {
				for _, b := range c.SimpleBlock {
					got := int64(c.Timecode) + int64(b.Timecode)
					if want := tt.frames[i].time.Milliseconds(); got != want {
						t.Errorf("frame %d: got %d ms, want %d", i, got, want)
					}
					i++
				}
			}
		})
	}
}

// A cluster of many bytes ends before five seconds; a frame larger than a
// cluster should be has one of its own.
func TestClusterSize(t *testing.T) {
	at := []place{{key: true}, {time: 1e9}, {time: 2e9}, {time: 3e9}}
	for _, tt := range []struct {
		size int
		want []uint64
	}{
		{100_000, []uint64{0}}, {1_000_000, []uint64{0, 2000}}, {3_000_000, []uint64{0, 1000, 2000, 3000}},
	} {
		f := places(t, []media.Track{vp8Track}, at, tt.size)
		if got, _ := times(f); !slices.Equal(got, tt.want) {
			t.Errorf("frames of %d bytes: got clusters at %v, want %v", tt.size, got, tt.want)
		}
	}
}

// A file that nobody closed, after a crash, has all clusters but the last.
func TestUnfinished(t *testing.T) {
	var s seekable
	w, err := webm.New(&s, []media.Track{opusTrack})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 600 {
		f := media.Frame{PTS: time.Duration(i) * 20 * time.Millisecond, Data: []byte{0xf8}}
		if err := w.WriteFrame(f); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := len(read(t, s.data)), 500; got != want {
		t.Errorf("got %d frames, want %d", got, want)
	}
}

// The error of a time is that of one rounding, after a day as at the start.
func TestRounding(t *testing.T) {
	var at []place
	const frame = 33366666 * time.Nanosecond // 29.97 a second
	for i := range 1000 {
		at = append(at, place{time: time.Duration(i*2600) * frame, key: true})
	}
	f := places(t, []media.Track{vp8Track}, at, 1)
	for i, c := range f.Segment.Cluster {
		got := time.Duration(c.Timecode) * time.Millisecond
		if off := (got - at[i].time).Abs(); off > time.Millisecond/2 {
			t.Fatalf("frame at %v: off by %v", at[i].time, off)
		}
	}
}
