package mjr_test

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// copied copies a recording as repair does.
func copied(t testing.TB, b []byte) (out []byte, kept bool) {
	t.Helper()
	r := open(t, b)
	var buf bytes.Buffer
	w, kept, err := mjr.NewCopyWriter(&buf, r.Header)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mjr.Copy(w, r); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), kept
}

// TestCopy: the copy of a whole recording of any generation is the recording,
// byte for byte.
func TestCopy(t *testing.T) {
	var files [][]byte
	for _, name := range corpus.Names(t) {
		for _, path := range corpus.Load(t, name).Files {
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, b)
		}
	}
	audio, video := opus(t, 30), vp8(t, 30)
	files = append(files, audio.old(oldHead("MJR00001", string(audio.head[10:]))).file,
		audio.old("MEETECHO\x00\x05audio").file, video.old("MEETECHO\x00\x05video").file)
	// A header that this package would write otherwise.
	foreign := strings.Replace(string(audio.head[10:]), `{"t": "a", `, `{"mjr":{"v":"x","sr":[]      }, "q":1,"t":"A" ,`, 1)
	long := slices.Concat([]byte(oldHead("MJR00002", foreign)), audio.records[0], frame(1, rtp(1, 2000)), audio.records[1])
	files = append(files, long)
	if len(files) < 44 {
		t.Fatalf("%d files", len(files))
	}
	for i, b := range files {
		if got, kept := copied(t, b); !kept || !bytes.Equal(got, b) {
			t.Errorf("file %d: header kept: %v, %d bytes, want %d", i, kept, len(got), len(b))
		}
	}
}

// TestCopyHeader: a header that Janus's tools cannot read is written anew.
func TestCopyHeader(t *testing.T) {
	rec := opus(t, 3)
	for _, c := range []struct{ name, json string }{
		{"time that is a float", `{"t":"a","c":"opus","s":1700000000000000.0,"u":1700000000000001}`},
		{"time that is text", `{"t":"a","c":"opus","s":"1700000000000000","u":1700000000000001}`},
		{"no time", `{"t":"a","c":"opus"}`},
		{"no kind", `{"c":"opus","s":1700000000000000,"u":1700000000000001}`},
		{"number beyond 64 bits", `{"t":"a","c":"opus","s":1,"u":2,"mjr":1e999}`},
		{"too long for Janus", `{"t":"a","c":"opus","s":1,"u":2` + strings.Repeat(" ", 1500) + `}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := slices.Concat([]byte(oldHead("MJR00002", c.json)), slices.Concat(rec.records...))
			r := open(t, b)
			var buf bytes.Buffer
			w, kept, err := mjr.NewCopyWriter(&buf, r.Header)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := mjr.Copy(w, r); err != nil {
				t.Fatal(err)
			}
			again := open(t, buf.Bytes())
			if kept || again.Header.Codec != "opus" || again.Header.FirstFrame.IsZero() || again.Header.FirstFrame.After(time.UnixMicro(1700000000000001)) {
				t.Errorf("kept %v, %+v", kept, again.Header)
			}
			if got := drain(t, again); len(got) != 3 || !again.Report().Whole() {
				t.Errorf("%d packets, %+v", len(got), again.Report())
			}
		})
	}
	var refused *mjr.HeaderError
	if _, _, err := mjr.NewCopyWriter(new(bytes.Buffer), mjr.Header{Kind: mjr.Audio}); !errors.As(err, &refused) {
		t.Errorf("without a codec: %v", err)
	}
	if _, _, err := mjr.NewCopyWriter(failing{}, open(t, rec.file).Header); !errors.Is(err, errDisk) {
		t.Errorf("onto a disk on fire: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errDisk }

// FuzzCopy: what is copied of any file can be read again, all of it.
func FuzzCopy(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := mjr.NewReader(bytes.NewReader(b))
		if err != nil {
			return
		}
		var buf bytes.Buffer
		w, _, err := mjr.NewCopyWriter(&buf, r.Header)
		if err != nil {
			return
		}
		n := 0
		for _, p := range drain(t, r) {
			if bytes.Contains(p.Data, []byte("ME")) || bytes.Contains(p.Data, []byte("MJ")) || p.Arrival.Milliseconds() == 0x4543484F {
				continue // it may look like a wrong length, or another generation
			}
			var size *mjr.SizeError
			if err := w.WritePacket(p); errors.As(err, &size) {
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n == 0 {
			return
		}
		again := open(t, buf.Bytes())
		if got := drain(t, again); len(got) != n || !again.Report().Whole() {
			t.Errorf("%d packets of %d, %+v", len(got), n, again.Report())
		}
	})
}
