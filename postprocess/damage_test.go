package postprocess

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// What comes out of a damaged recording is authentic, or it does not come out.
// Sequence numbers are not, so the order may suffer.
func TestDamagedEncryptedRecordings(t *testing.T) {
	for _, name := range []string{"jitsi-vp8", "livekit-h264", "rfc9605-vp8-gcm"} {
		rec := corpus.Load(t, name)
		keys := keysOf(t, rec)
		for seed := range uint64(8) {
			r := rand.New(rand.NewPCG(seed, 3))
			in := sealedInputs(t, rec, keys)
			for i := range in {
				b, err := io.ReadAll(in[i].R)
				if err != nil {
					t.Fatal(err)
				}
				for range 200 {
					b[200+r.IntN(len(b)-200)] ^= 1 << r.IntN(8)
				}
				if seed%2 == 1 {
					at := 200 + r.IntN(len(b)-10000)
					clear(b[at : at+4096])
				}
				in[i].R = bytes.NewReader(b)
			}
			c, rep, err := convert(t, in, Options{Clear: ClearBefore})
			if err != nil {
				t.Fatal(err)
			}
			sent := make(map[string]bool)
			for _, f := range rec.Truth {
				sent[f.SHA256] = true
			}
			for i, b := range c.blocks {
				if !sent[b.sum] {
					t.Errorf("%s, seed %d: block %d was never sent", name, seed, i)
				}
			}
			lost := int64(0)
			for _, tr := range rep.Tracks {
				lost += tr.Frames.Begun - tr.Frames.Written
			}
			if lost == 0 || len(c.blocks) < 100 {
				t.Errorf("%s, seed %d: %d frames lost, %d written", name, seed, lost, len(c.blocks))
			}
		}
	}
}

func TestCutRecordings(t *testing.T) {
	rec := corpus.Load(t, "plain-vp8-data")
	whole, err := os.ReadFile(rec.File(t, "video"))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 4))
	for range 100 {
		n := r.IntN(len(whole))
		c, rep, err := convert(t, []Input{{Name: "cut", R: bytes.NewReader(whole[:n])}}, Options{})
		if err != nil && !errors.Is(err, ErrNothingOpened) {
			t.Fatal(err)
		}
		matches(t, c.blocks, rec.Truth, "video")
		if f := rep.Tracks[0].Frames; f.Incomplete > 1 || f.Written != int64(len(c.blocks)) {
			t.Errorf("cut to %d bytes: %+v", n, f)
		}
	}
}

var errDisk = errors.New("disk on fire")

// All that was read before reading failed is in the output.
func TestReadErrorComesLast(t *testing.T) {
	rec := corpus.Load(t, "plain-vp8-data")
	in := inputs(t, rec.File(t, "audio"), rec.File(t, "video"))
	want, _, err := convert(t, in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	in = inputs(t, rec.File(t, "audio"), rec.File(t, "video"))
	in[1].R = &failing{io.LimitReader(in[1].R, 60_000), errDisk}
	c, rep, err := convert(t, in, Options{})
	var read *ReadError
	if !errors.As(err, &read) || read.Name != in[1].Name || !errors.Is(err, errDisk) {
		t.Fatalf("got %v", err)
	}
	if !c.closed {
		t.Error("the container was not closed")
	}
	for i, b := range c.blocks {
		if b.sum != want.blocks[i].sum {
			t.Fatalf("block %d of %d is another one", i, len(c.blocks))
		}
	}
	if v := rep.Tracks[1].Frames; len(c.blocks) < 100 || v.Unwritten != 0 || v.Written != v.Begun-v.Incomplete {
		t.Errorf("%d blocks, %+v", len(c.blocks), v)
	}
}

func TestReadErrorBeforeTheFirstFrame(t *testing.T) {
	rec := corpus.Load(t, "plain-vp8-data")
	for _, n := range []int64{0, 3, 40, 200} {
		in := inputs(t, rec.File(t, "audio"), rec.File(t, "video"))
		in[1].R = &failing{io.LimitReader(in[1].R, n), errDisk}
		var out bytes.Buffer
		rep, err := Convert(&out, (&capture{t: t}).container, in, Options{})
		var read *ReadError
		if !errors.As(err, &read) || !errors.Is(err, errDisk) || out.Len() > 0 {
			t.Errorf("after %d bytes: %v, %d bytes written", n, err, out.Len())
		}
		if f := rep.Tracks[0].Frames; f.Begun != f.accounted() {
			t.Errorf("after %d bytes: %+v", n, f)
		}
	}
}

// An error that was met while looking ahead is none of what is there already.
func TestReadErrorBehindAShortRecording(t *testing.T) {
	all := load(t, "plain-vp8-data", "audio")
	all.packets = all.packets[:5]
	in := all.input(t)
	in.R = &failing{in.R, errDisk}
	c, _, err := convert(t, []Input{in}, Options{})
	if !errors.Is(err, errDisk) || len(c.blocks) != 5 {
		t.Errorf("got %v after %d blocks", err, len(c.blocks))
	}
}

func TestReadErrorAfterATrackWasLeftOut(t *testing.T) {
	rec := corpus.Load(t, "livekit-vp8")
	in := sealedInputs(t, rec, wrongKeys(keysOf(t, rec)))
	in[1].R = &failing{io.LimitReader(in[1].R, 60_000), errDisk}
	_, rep, err := convert(t, in, Options{})
	if !errors.Is(err, errDisk) || !rep.Tracks[0].Left || !errors.Is(rep.Tracks[0].Why, ErrWrongKey) {
		t.Errorf("got %v, and %v", err, rep.Tracks[0].Why)
	}
}

// full is an output with room for some bytes.
type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errDisk
	}
	return len(b), nil
}

// raw is a container that writes the frames and nothing else. It hides the
// errors of writing if swallow is set.
type raw struct {
	w       io.Writer
	swallow bool
}

func (r raw) container(w io.Writer, _ []media.Track) (media.Writer, error) {
	return raw{w, r.swallow}, nil
}

func (r raw) WriteFrame(f media.Frame) error {
	_, err := r.w.Write(f.Data)
	if r.swallow {
		return nil
	}
	return err
}

func (raw) Close() error { return nil }

func TestWriteError(t *testing.T) {
	rec := corpus.Load(t, "plain-vp8-data")
	for _, swallow := range []bool{false, true} {
		for _, room := range []int{0, 10_000, 100_000} {
			in := inputs(t, rec.File(t, "audio"), rec.File(t, "video"))
			rep, err := Convert(&full{room}, raw{swallow: swallow}.container, in, Options{})
			var write *WriteError
			if !errors.As(err, &write) || !errors.Is(err, errDisk) {
				t.Errorf("room for %d bytes: got %v", room, err)
			}
			for _, tr := range rep.Tracks {
				if tr.Frames.Begun != tr.Frames.accounted() || tr.Frames.Unwritten == 0 && !swallow {
					t.Errorf("room for %d bytes: %+v", room, tr.Frames)
				}
			}
		}
	}
}

// seeker is an output that can seek.
type seeker struct {
	bytes.Buffer
	sought bool
}

func (s *seeker) Seek(int64, int) (int64, error) {
	s.sought = true
	return 0, nil
}

func TestContainerSeesSeek(t *testing.T) {
	rec := corpus.Load(t, "plain-vp8-data")
	seeks := false
	container := func(w io.Writer, _ []media.Track) (media.Writer, error) {
		s, ok := w.(io.WriteSeeker)
		if seeks = ok; ok {
			s.Seek(0, io.SeekStart)
		}
		return raw{w: w}, nil
	}
	var out seeker
	if _, err := Convert(&out, container, inputs(t, rec.File(t, "audio")), Options{}); err != nil || !seeks || !out.sought || out.Len() == 0 {
		t.Errorf("%v, a file seeks: %v", err, seeks)
	}
	var pipe bytes.Buffer
	if _, err := Convert(struct{ io.Writer }{&pipe}, container, inputs(t, rec.File(t, "audio")), Options{}); err != nil || seeks || pipe.Len() != out.Len() {
		t.Errorf("%v, a pipe seeks: %v", err, seeks)
	}
}

func TestContainerThatRefuses(t *testing.T) {
	rec := corpus.Load(t, "plain-vp8-data")
	refuse := &media.UnsupportedError{What: "anything"}
	container := func(io.Writer, []media.Track) (media.Writer, error) { return nil, refuse }
	rep, err := Convert(io.Discard, container, inputs(t, rec.File(t, "audio")), Options{})
	if !errors.Is(err, refuse) {
		t.Errorf("got %v", err)
	}
	if f := rep.Tracks[0].Frames; f.Unwritten != 1 || f.Begun != f.accounted() {
		t.Errorf("%+v", f)
	}
}
