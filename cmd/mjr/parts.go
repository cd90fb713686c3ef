package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/mjrkit/mjrkit/mjr"
)

// trackFiles is what one track of a session is stored in: one file, or the
// parts of a recording in their order.
type trackFiles struct {
	files []string
	// left are files that are named as parts of the recording, and are none:
	// in words, with the reason.
	left []string
}

// tracksOf puts together the files of each track, in the order of their first
// ones. Files that are named as parts of one recording are joined if their
// headers agree. An error is one of reading.
func tracksOf(files []string) ([]trackFiles, error) {
	var stems []string
	named := make(map[string][]string)
	for _, f := range files {
		stem, _ := mjr.SplitPart(f)
		if _, ok := named[stem]; !ok {
			stems = append(stems, stem)
		}
		named[stem] = append(named[stem], f)
	}
	var tracks []trackFiles
	for _, stem := range stems {
		all := named[stem]
		if len(all) == 1 {
			tracks = append(tracks, trackFiles{files: all})
			continue
		}
		joined, err := joinParts(all)
		if err != nil {
			return nil, err
		}
		tracks = append(tracks, joined...)
	}
	return tracks, nil
}

// partFile is a file that may be a part.
type partFile struct {
	name   string
	header mjr.Header
	number int
	empty  bool
	err    error // why it is no recording
}

// joinParts orders the parts among files whose names begin alike. Each file is
// a track of its own if none of them is a part.
func joinParts(names []string) ([]trackFiles, error) {
	var all []partFile
	parts := false
	for _, name := range names {
		p, several, err := lookAtPart(name)
		if err != nil {
			return nil, err
		}
		parts = parts || several
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b partFile) int { return a.number - b.number })
	var t trackFiles
	var chain mjr.Chain
	for _, p := range all {
		err := p.err
		if err == nil && !p.empty {
			_, err = chain.Add(p.header, p.number)
		}
		switch {
		case err != nil:
			t.left = append(t.left, fmt.Sprintf("%s is left out: %v", p.name, err))
		case !p.empty || len(t.files) > 0: // the first one tells what the track is
			t.files = append(t.files, p.name)
		}
	}
	if parts && len(t.files) > 0 {
		return []trackFiles{t}, nil
	}
	var single []trackFiles
	for _, name := range names {
		single = append(single, trackFiles{files: []string{name}})
	}
	return single, nil
}

// lookAtPart reads the header of a file, and whether it is one of several.
func lookAtPart(name string) (p partFile, several bool, err error) {
	p.name = name
	f, err := os.Open(name)
	if err != nil {
		return p, false, err
	}
	defer f.Close()
	r, err := mjr.NewReader(f)
	if errors.Is(err, mjr.ErrNotMJR) {
		p.err = err
		p.number, several = mjr.PartNumber(mjr.Header{}, name)
		return p, several, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("%s: %w", name, err)
	}
	p.header, p.empty = r.Header, r.Empty()
	p.number, several = mjr.PartNumber(r.Header, name)
	return p, several, nil
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
