package postprocess

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// moody answers by the bytes of the frame, all that an Opener may answer.
type moody struct{ n int }

func (o *moody) Open(dst, data []byte, _ decrypt.Meta) (decrypt.Result, error) {
	o.n++
	res := decrypt.Result{Plain: dst}
	switch sum := int(data[len(data)-1]); sum % 16 {
	case 0:
		return res, decrypt.ErrAuth
	case 1:
		return res, decrypt.ErrFormat
	case 2:
		return res, decrypt.ErrClear
	case 3:
		return res, &decrypt.NoKeyError{ID: uint64(o.n)}
	case 4, 5:
		if o.n%3 != 0 {
			return res, decrypt.ErrHold
		}
	case 6:
		res.Adopted = true
	case 7:
		data = nil // an empty frame, authentic
	}
	res.Plain = append(dst, data...)
	res.KID, res.Step = uint64(data2(data)), o.n%2
	return res, nil
}

func data2(b []byte) byte {
	if len(b) < 2 {
		return 0
	}
	return b[1] % 3
}

// counting is a container that checks what it is given.
type counting struct {
	t      *testing.T
	tracks int
	last   time.Duration
	frames int64
}

func (c *counting) container(_ io.Writer, tracks []media.Track) (media.Writer, error) {
	c.tracks = len(tracks)
	for _, tr := range tracks {
		if len(tr.FirstFrame) == 0 || tr.Kind == mjr.Data || tr.Kind == mjr.KindUnknown {
			c.t.Errorf("%+v", tr)
		}
	}
	return c, nil
}

func (c *counting) WriteFrame(f media.Frame) error {
	if f.Track < 0 || f.Track >= c.tracks || f.PTS < 0 || f.Duration < 0 || len(f.Data) == 0 {
		c.t.Errorf("track %d of %d, at %v for %v, %d bytes", f.Track, c.tracks, f.PTS, f.Duration, len(f.Data))
	}
	c.frames++
	return nil
}

func (c *counting) Close() error { return nil }

// smallest is the beginning of a recording, with the packets that fit.
func smallest(t testing.TB, rec, kind string) []byte {
	all := load(t, rec, kind)
	all.packets = all.packets[:min(len(all.packets), 12)]
	return all.bytes(t)
}

// FuzzConvert: no bytes make the pipeline panic or hang, and every packet and
// frame is accounted for.
func FuzzConvert(f *testing.F) {
	var seeds [][]byte
	for _, s := range []struct{ rec, kind string }{
		{"plain-vp8-data", "video"}, {"plain-vp9", "video"}, {"plain-h264", "video"}, {"plain-av1", "video"},
		{"plain-opus-dtx", "audio"}, {"plain-opus-red", "audio"}, {"plain-vp8-loss", "audio"}, {"jitsi-vp8", "video"},
	} {
		seeds = append(seeds, smallest(f, s.rec, s.kind))
	}
	for _, file := range corpus.Load(f, "plain-vp8-data").Files {
		b, err := io.ReadAll(inputs(f, file)[0].R)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, b[:min(len(b), 3000)])
	}
	if len(seeds) < 10 {
		f.Fatalf("only %d seeds", len(seeds))
	}
	for i, b := range seeds {
		f.Add(b, seeds[(i+4)%len(seeds)], uint8(i))
	}
	f.Fuzz(func(t *testing.T, one, two []byte, how uint8) {
		in := []Input{{Name: "one", R: bytes.NewReader(one)}, {Name: "two", R: bytes.NewReader(two)}}
		if how&1 != 0 {
			in[0].Opener = new(moody)
		}
		if how&2 != 0 {
			in[0].Filter = injector{}
		}
		o := Options{Clean: how&4 != 0, Clear: ClearPolicy(how >> 3 & 3), Window: int(how), MaxFrame: 1 << (how >> 4)}
		c := &counting{t: t}
		rep, err := Convert(io.Discard, c.container, in, o)
		if err != nil && !errors.Is(err, ErrNothingOpened) {
			t.Fatal(err)
		}
		balance(t, rep)
		var written int64
		for _, tr := range rep.Tracks {
			written += tr.Frames.Written
			if tr.Frames.Unwritten != 0 {
				t.Errorf("%s: %d frames forgotten: %+v", tr.Name, tr.Frames.Unwritten, tr.Frames)
			}
			if err == nil && tr.Left != (tr.Frames.Written == 0) {
				t.Errorf("%s: left out %v, %d frames written", tr.Name, tr.Left, tr.Frames.Written)
			}
		}
		if written != c.frames {
			t.Errorf("%d frames written, %d counted", c.frames, written)
		}
	})
}
