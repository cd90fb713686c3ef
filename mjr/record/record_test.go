package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

func TestPacketsAreStoredAsTheyCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "call")
		r := newRecorder(t, record.Options{Name: name, Encrypted: true, Software: "mjr test"})
		begin := time.Now()
		track := video
		track.Fmtp, track.Description, track.RID = "max-fr=30", "a\x00b\u2028", "h"
		track.Extensions = map[int]string{1: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 20: "urn:3gpp:video-orientation"}
		f := open(t, r, track)
		var want [][]byte
		for i := range 1000 {
			time.Sleep(10 * time.Millisecond)
			p := rtp(uint16(65000+i), uint32(i)*900, 10+i)
			write(t, f, p, time.Now())
			want = append(want, bytes.Clone(p))
			clear(p) // is not the recorder's any more
		}
		report := closeAll(t, r)
		rec := read(t, name+"-video-1-h.mjr")
		for i, p := range rec.packets {
			if !bytes.Equal(p.Data, want[i]) || p.Arrival != time.Duration(i)*10*time.Millisecond {
				t.Fatalf("packet %d: %x at %v", i, p.Data[:16], p.Arrival)
			}
		}
		h := rec.header
		if len(rec.packets) != 1000 || !h.Encrypted || h.Codec != "vp8" || h.Fmtp != track.Fmtp || h.Description != "ab\u2028" || len(h.Extensions) != 2 {
			t.Errorf("%d packets, header %s", len(rec.packets), h.Raw)
		}
		if got := h.FirstFrame.Sub(begin); got != 10*time.Millisecond {
			t.Errorf("first frame %v after the beginning, want 10ms", got)
		}
		var own struct{ V, MID, RID string }
		if err := json.Unmarshal(h.Unknown[record.Member], &own); err != nil || own.V != "mjr test" || own.MID != "1" || own.RID != "h" {
			t.Errorf("own member %s: %v", h.Unknown[record.Member], err)
		}
		got := report.Files[0]
		if got.Stored != 1000 || got.Received != 1000 || got.Lost != 0 || got.Unwritten != 0 || !got.Done || got.Last.Sub(got.First) != 9990*time.Millisecond {
			t.Errorf("report %+v", got)
		}
	})
}

// TestFlushed looks at the disk while the recorder runs: what came more than
// half a second ago is there.
func TestFlushed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "call")
		f := open(t, newRecorder(t, record.Options{Name: name}), audio)
		for i := range 5 {
			write(t, f, rtp(uint16(i), 0, 100), time.Now())
			time.Sleep(500 * time.Millisecond)
			synctest.Wait()
			if got := len(readAny(t, name+"-audio-0.mjr.tmp").packets); got != i+1 {
				t.Fatalf("%d packets on the disk, want %d", got, i+1)
			}
		}
	})
}

func TestNames(t *testing.T) {
	dir := t.TempDir()
	r := newRecorder(t, record.Options{Name: filepath.Join(dir, "call")})
	for _, track := range []record.Track{
		audio, video,
		{Index: 1, Kind: mjr.Video, Codec: "vp8", RID: "q"},
		{Publisher: 1, Kind: mjr.Audio, Codec: "opus"},
		{Publisher: 2, Index: 3, Kind: mjr.Video, Codec: "h264", RID: "../x"},
		{Publisher: 9, Kind: mjr.Audio, Codec: "opus"}, // gets nothing
	} {
		f := open(t, r, track)
		if track.Publisher < 9 {
			write(t, f, rtp(1, 1, 10), time.Now())
		}
	}
	if got := names(t, dir); !slices.Contains(got, "call-audio-0.mjr.tmp") || slices.Contains(got, "call-audio-0.mjr") {
		t.Errorf("while recording: %v", got)
	}
	closeAll(t, r)
	want := []string{"call-2-audio-0.mjr", "call-3-video-3-x1fb8ad98.mjr", "call-audio-0.mjr", "call-video-1-q.mjr", "call-video-1.mjr"}
	if got := names(t, dir); !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
}

func TestNothingIsOverwritten(t *testing.T) {
	dir := t.TempDir()
	o := record.Options{Name: filepath.Join(dir, "call")}
	one, two := newRecorder(t, o), newRecorder(t, o)
	f := open(t, one, audio)
	write(t, f, rtp(1, 1, 10), time.Now())
	if _, err := two.Open(audio); !errors.Is(err, record.ErrExists) {
		t.Errorf("second recorder on an open file: %v", err)
	}
	if _, err := record.NewRecorder(o); !errors.Is(err, record.ErrExists) {
		t.Errorf("recorder begun later: %v", err)
	}
	closeAll(t, one)
	if _, err := two.Open(audio); !errors.Is(err, record.ErrExists) {
		t.Errorf("second recorder on a finished file: %v", err)
	}
	if _, err := record.NewRecorder(o); !errors.Is(err, record.ErrExists) {
		t.Errorf("recorder begun after the end: %v", err)
	}
	other := newRecorder(t, record.Options{Name: filepath.Join(dir, "cal")})
	write(t, open(t, other, audio), rtp(1, 1, 10), time.Now())
	closeAll(t, other)
	if got := names(t, dir); len(got) != 2 {
		t.Errorf("files %q", got)
	}
}

// TestNamesOfLaterPublishers: where several may come, none finds its name
// taken when it does.
func TestNamesOfLaterPublishers(t *testing.T) {
	for taken, want := range map[string]bool{
		"call-audio-0.mjr": true, "call-2-audio-0.mjr": true, "call-12-video-1-h.mjr.tmp": true,
		"call-3-video-1.p002.mjr": true, "call-b-audio-0.mjr": false, "call-2-3-audio-0.mjr": false, "call-2.mjr": false,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, taken), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := record.NewRecorder(record.Options{Name: filepath.Join(dir, "call"), Publishers: true})
		if got := errors.Is(err, record.ErrExists); got != want {
			t.Errorf("%s is there: %v", taken, err)
		}
	}
}

func TestBadOptions(t *testing.T) {
	dir := t.TempDir()
	for sin, o := range map[string]record.Options{
		"no name":              {},
		"name of a folder":     {Name: dir + "/"},
		"name of dots":         {Name: dir + "/.."},
		"folder that is not":   {Name: dir + "/no/call"},
		"part of no size":      {Name: dir + "/call", MaxSize: 1},
		"part of no duration":  {Name: dir + "/call", MaxDuration: 1},
		"queue without chunks": {Name: dir + "/call", Queue: 1},
		"negative free space":  {Name: dir + "/call", MinFree: -1},
		"NUL in the name":      {Name: dir + "/a\x00b"},
	} {
		if _, err := record.NewRecorder(o); err == nil {
			t.Errorf("%s: no error", sin)
		}
	}
	r := newRecorder(t, record.Options{Name: dir + "/call", MinFree: 1 << 62})
	if _, err := r.Open(audio); !errors.Is(err, record.ErrNoSpace) {
		t.Errorf("disk that is too small: %v", err)
	}
	r = newRecorder(t, record.Options{Name: dir + "/call"})
	var header *mjr.HeaderError
	if _, err := r.Open(record.Track{Kind: mjr.Video, Codec: "opus"}); !errors.As(err, &header) {
		t.Errorf("audio codec for video: %v", err)
	}
	if _, err := r.Open(record.Track{Kind: mjr.Data, Codec: "text"}); !errors.As(err, &header) {
		t.Errorf("data channel: %v", err)
	}
	closeAll(t, r)
	if _, err := r.Open(audio); !errors.Is(err, record.ErrClosed) {
		t.Errorf("open after close: %v", err)
	}
	if got := names(t, dir); len(got) != 0 {
		t.Errorf("files left: %q", got)
	}
}

func TestHeaderThatIsTooLong(t *testing.T) {
	name := filepath.Join(t.TempDir(), "call")
	var warned []string
	r := newRecorder(t, record.Options{Name: name, Warn: func(s string) { warned = append(warned, s) }})
	track := audio
	track.Description = strings.Repeat("é", 800)
	track.Extensions = make(map[int]string)
	for id := 1; id <= 40; id++ {
		track.Extensions[id] = fmt.Sprintf("http://www.webrtc.org/experiments/rtp-hdrext/extension-%d", id)
	}
	f := open(t, r, track)
	write(t, f, rtp(1, 1, 10), time.Now())
	closeAll(t, r)
	h := read(t, name+"-audio-0.mjr").header
	if len(warned) != 1 || h.Description != "" || len(h.Extensions) < 10 || h.Extensions[1] == "" || h.Extensions[40] != "" {
		t.Errorf("warned %q, %d extensions", warned, len(h.Extensions))
	}
}

// TestClosedFilesAreSmall: a recorder that many publishers came to keeps their
// reports, and not what they were written with.
func TestClosedFilesAreSmall(t *testing.T) {
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")})
	const n, most = 200, 16 << 10
	heap := func() int64 {
		runtime.GC()
		runtime.GC() // empties pools
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap()
	var files []*record.File
	for i := range n {
		track := audio
		track.Publisher = i
		f := open(t, r, track)
		write(t, f, rtp(1, 1, 10), time.Now())
		files = append(files, f)
	}
	for _, f := range files {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if each := (heap() - before) / n; each > most {
		t.Errorf("%d bytes for each closed file, want at most %d", each, most)
	}
	if got := len(r.Report().Files); got != n {
		t.Errorf("%d files in the report", got)
	}
}

func TestAfterClose(t *testing.T) {
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")})
	f := open(t, r, audio)
	for range 2 {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.WriteRTP(rtp(1, 1, 1), time.Now()); !errors.Is(err, record.ErrClosed) {
		t.Errorf("packet after Close: %v", err)
	}
}
