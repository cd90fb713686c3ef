package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/mjrkit/mjrkit/mjr"
)

// tracksOf finds the files of each track of a session: one, or the parts of a
// recording in their order. left tells in words which files are named as parts
// and are none. An error is one of reading.
func tracksOf(files []string) (tracks [][]string, left []string, err error) {
	indexes, why := mjr.Arrange(files, func(i int) (mjr.Header, bool, error) {
		h, empty, failed := lookAtHeader(files[i])
		if failed != nil && !errors.Is(failed, mjr.ErrNotMJR) && err == nil {
			err = failed
		}
		return h, empty, failed
	})
	if err != nil {
		return nil, nil, err
	}
	for _, all := range indexes {
		var names []string
		for _, i := range all {
			names = append(names, files[i])
		}
		tracks = append(tracks, names)
	}
	for i, err := range why {
		if err != nil {
			left = append(left, fmt.Sprintf("%s is left out: %v", files[i], err))
		}
	}
	return tracks, left, nil
}

// lookAtHeader reads the header of a recording, and whether it is empty.
func lookAtHeader(name string) (h mjr.Header, empty bool, err error) {
	f, err := os.Open(name)
	if err != nil {
		return h, false, err
	}
	defer f.Close()
	r, err := mjr.NewReader(f)
	if errors.Is(err, mjr.ErrNotMJR) {
		return h, false, err
	}
	if err != nil {
		return h, false, fmt.Errorf("%s: %w", name, err)
	}
	return r.Header, r.Empty(), nil
}

// lateFile is a file that is opened when it is first read, and closed at its
// end: of many parts only one is open.
type lateFile struct {
	name string
	f    *os.File
	done bool
}

func (l *lateFile) Read(b []byte) (int, error) {
	if l.done {
		return 0, io.EOF
	}
	if l.f == nil {
		f, err := os.Open(l.name)
		if err != nil {
			return 0, err
		}
		l.f = f
	}
	n, err := l.f.Read(b)
	if err != nil {
		l.close()
	}
	return n, err
}

func (l *lateFile) close() {
	l.done = true
	if l.f != nil {
		l.f.Close()
		l.f = nil
	}
}

// inParts reports whether a recording was stored in parts.
func inParts(all []mjr.PartReport) bool {
	return len(all) > 1 || len(all) == 1 && all[0].Number > 1
}

// joinedParts counts the parts that were not left out.
func joinedParts(all []mjr.PartReport) (n int) {
	for _, p := range all {
		if p.Left == nil {
			n++
		}
	}
	return n
}

// missingParts says in words which parts are not there, "" if all are.
func missingParts(p mjr.PartReport) string {
	switch last := p.Number - 1; p.Missing {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("part %d of the recording is missing", last)
	default:
		return fmt.Sprintf("parts %d to %d of the recording are missing", p.Number-p.Missing, last)
	}
}
