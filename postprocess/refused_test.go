package postprocess

import (
	"errors"
	"io"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// picky refuses one frame in so many.
type picky struct{ n, every int }

func (p *picky) WriteFrame(media.Frame) error {
	p.n++
	if p.n%p.every == 0 {
		return &media.RefusedError{Why: "not this one"}
	}
	return nil
}

func (p *picky) Close() error { return nil }

func TestRefusedFramesAreCounted(t *testing.T) {
	rec := corpus.Load(t, "plain-opus-dtx")
	for _, every := range []int{10, 1} {
		container := func(io.Writer, []media.Track) (media.Writer, error) { return &picky{every: every}, nil }
		rep, err := Convert(io.Discard, container, inputs(t, rec.Files...), Options{})
		balance(t, rep)
		f := rep.Tracks[0].Frames
		if f.Refused != 374/int64(every) || f.Written != 374-f.Refused {
			t.Errorf("one in %d: %+v", every, f)
		}
		if all := every == 1; all != errors.Is(err, ErrNothingOpened) {
			t.Errorf("one in %d: %v", every, err)
		}
	}
}
