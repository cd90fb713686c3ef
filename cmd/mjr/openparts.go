//go:build !nokeys

package main

import (
	"context"
	"path/filepath"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess"
)

// input is what reads the track opened last: its first file is open, the
// others wait for their turn.
func (in *opened) input(ctx context.Context, bar *progress, files []string) postprocess.Input {
	by, ok := sender(files[0])
	if !ok {
		by = "\x00" + files[0] // of nobody else
	}
	first := in.files[len(in.files)-1]
	input := postprocess.Input{Name: files[0], R: &ctxReader{ctx: ctx, r: first, bar: bar}, Sender: by}
	for _, name := range files[1:] {
		late := &lateFile{name: name}
		in.late = append(in.late, late)
		input.Parts = append(input.Parts, mjr.Part{Name: name, R: &ctxReader{ctx: ctx, r: late, bar: bar}})
	}
	return input
}

// senderOf is the participant that --sender binds a track to, by any of its
// files.
func (v *converter) senderOf(files []string) (string, error) {
	id, of := "", ""
	for _, name := range files {
		switch other := v.o.sender[filepath.Clean(name)]; {
		case other == "" || other == id:
		case id != "":
			return "", misused("--sender binds %s to %q, and %s, a part of the same recording, to %q", of, id, name, other)
		default:
			id, of = other, name
		}
	}
	return id, nil
}

// mayConvertPart is mayConvert for a further part.
func (v *converter) mayConvertPart(name string) error {
	f, h, err := openRecording(name)
	if f != nil {
		defer f.Close()
	}
	if err != nil {
		return err
	}
	return v.mayConvert(f, name, h)
}
