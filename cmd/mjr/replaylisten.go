//go:build !nonet

package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/mjrkit/mjrkit/replay"
)

// listen serves recordings to viewers until ctx ends, which is how it should.
func (o *replayOptions) listen(ctx context.Context, say *reporter, args []string, in io.Reader) error {
	shelf, err := o.shelf(ctx, say, args, in)
	if err != nil {
		return err
	}
	defer shelf.close()
	door, err := o.serve.open(say.warn)
	if err != nil {
		return err
	}
	defer door.close()
	viewers := &viewerLog{say: say}
	s := replay.NewServer(replay.ServerOptions{
		Library: shelf.library, Engine: door.engine, ICEServers: door.servers,
		Player: replay.Options{Speed: o.speed, Start: o.start, Loop: o.loop},
		Live:   o.live, MaxSessions: o.serve.maxSessions,
		Joined: viewers.joined, Left: viewers.left, Warn: say.warn,
	})
	defer s.Close()
	mux := http.NewServeMux()
	for _, path := range []string{"/recordings", "/recordings/", "/whep", "/viewers/"} {
		mux.Handle(path, s)
	}
	door.servePage(mux, "viewer.html")
	if err := door.tell(say, "watch"); err != nil {
		return err
	}
	err = serveError(door.door.Serve(ctx, mux))
	s.Close()
	if told := viewers.summary(err); err == nil {
		err = told
	}
	return err
}

// shelf is what there is to watch.
type shelf struct {
	library *replay.Library
	roots   []*os.Root
}

func (s *shelf) close() {
	if s.library != nil {
		s.library.Close()
	}
	for _, r := range s.roots {
		r.Close()
	}
}

// shelf lists what was named. Of files that were named one by one something
// has to be playable; folders may fill later.
func (o *replayOptions) shelf(ctx context.Context, say *reporter, args []string, in io.Reader) (*shelf, error) {
	s := new(shelf)
	from, err := o.sources(s, args, in)
	if err != nil {
		s.close()
		return nil, err
	}
	s.library = replay.NewLibrary(replay.LibraryOptions{Group: groupTitles, Warn: say.warn}, from...)
	switch _, err := s.library.First(ctx); {
	case err == nil:
	case ctx.Err() != nil:
		s.close()
		return nil, context.Cause(ctx)
	case len(s.roots) == 0:
		s.close()
		return nil, &exitError{exitNotMJR, errors.New("there is no recording that can be replayed"), ""}
	default:
		say.warn("there is no recording yet")
	}
	return s, nil
}

func (o *replayOptions) sources(s *shelf, args []string, in io.Reader) ([]replay.Source, error) {
	var from []replay.Source
	named := o.inputOptions
	named.recursive = nil
	if len(args) > 0 || o.filesFrom != "" || len(o.recursive) == 0 {
		files, err := named.files(args, in)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if _, err := os.Stat(f); err != nil {
				return nil, err
			}
		}
		from = append(from, replay.NewFiles(files...))
	}
	for _, dir := range o.recursive {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		s.roots = append(s.roots, root)
		from = append(from, replay.NewFolder(root))
	}
	return from, nil
}

// groupTitles puts together the tracks of each session. Viewers see where in a
// folder it lies, and nothing of the way to the folder.
func groupTitles(names []string) []replay.Group {
	var all []replay.Group
	for _, s := range group(names) {
		name := s.name
		if !filepath.IsLocal(name) {
			name = filepath.Base(name)
		}
		all = append(all, replay.Group{Name: name, Files: s.files})
	}
	return all
}
