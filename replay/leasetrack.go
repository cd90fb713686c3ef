package replay

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/mjrkit/mjrkit/mjr"
)

// arrange finds the files of each track, see mjr.Arrange.
func (t *title) arrange() (tracks [][]int, left []error) {
	var names []string
	for _, f := range t.files {
		names = append(names, f.Name)
	}
	tracks, left = mjr.Arrange(names, func(i int) (mjr.Header, bool, error) {
		f, err := t.from.Open(names[i])
		if err != nil {
			return mjr.Header{}, false, err
		}
		defer f.Close()
		src, err := mjr.NewReader(io.NewSectionReader(f, 0, t.files[i].Size))
		if err != nil {
			return mjr.Header{}, false, err
		}
		return src.Header, src.Empty(), nil
	})
	for i, err := range left {
		if err != nil {
			left[i] = fmt.Errorf("%s: %w", names[i], err)
		}
	}
	return tracks, left
}

// openTrack opens and indexes one track. The files that it opened are to be
// closed, with an error as well.
func (t *title) openTrack(ctx context.Context, files []int) (*Recording, []*os.File, error) {
	var open []*os.File
	var parts []Part
	var direct []io.ReaderAt
	for _, i := range files {
		file := t.files[i]
		f, err := t.from.Open(file.Name)
		if err != nil {
			return nil, open, err
		}
		open, direct = append(open, f), append(direct, f)
		parts = append(parts, Part{file.Name, &cancelable{ctx, f}, file.Size})
	}
	r, err := openParts(parts)
	if err != nil {
		return nil, open, err
	}
	r.rebind(direct) // what is played is not bound to who opened it
	return r, open, nil
}
