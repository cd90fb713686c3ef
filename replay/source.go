package replay

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"syscall"
	"time"
)

// Source is where a Library finds recordings.
type Source interface {
	// Files lists them anew. An error beside files is about others.
	Files() ([]File, error)
	// Open opens one of those.
	Open(name string) (*os.File, error)
}

// File is a recording in a Source.
type File struct {
	Name     string
	Size     int64
	Modified time.Time
}

// NewFolder is all finished recordings below a folder, named by their paths in
// it. Links are not followed: neither out of the folder nor inside.
func NewFolder(root *os.Root) Source { return folder{root} }

var (
	errNoFolder = errors.New("not a folder; links are not followed")
	errNoFile   = errors.New("not a file; links are not followed")
)

type folder struct{ root *os.Root }

func (d folder) Files() ([]File, error) {
	var all []File
	var failed error
	err := fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil && name == "." {
			return err
		}
		var info fs.FileInfo
		switch {
		case err != nil:
		case !e.Type().IsRegular() || !strings.HasSuffix(name, ".mjr"):
			return nil
		default:
			info, err = e.Info()
		}
		if err != nil {
			failed = err // of one folder or file below: the others are listed
			return nil
		}
		all = append(all, File{name, info.Size(), info.ModTime()})
		return nil
	})
	if err == nil {
		err = failed
	}
	return all, err
}

// Open refuses links in any part of the name. Where one is put in place
// meanwhile, os.Root still does not leave the folder, and what is opened is not
// the file that was looked at.
func (d folder) Open(name string) (*os.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if info, err := d.root.Lstat(dir); err != nil {
			return nil, err
		} else if !info.IsDir() {
			return nil, fmt.Errorf("%s: %w", dir, errNoFolder)
		}
	}
	info, err := d.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: %w", name, errNoFile)
	}
	// A pipe in its place would keep us waiting for a writer.
	f, err := d.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if opened, err := f.Stat(); err != nil || !os.SameFile(info, opened) {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, errNoFile)
	}
	return f, nil
}

// NewFiles is recordings that were named one by one.
func NewFiles(names ...string) Source { return files(names) }

type files []string

func (n files) Files() ([]File, error) {
	var all []File
	var failed error
	for _, name := range n {
		info, err := os.Stat(name)
		if err != nil {
			failed = err
			continue
		}
		all = append(all, File{name, info.Size(), info.ModTime()})
	}
	return all, failed
}

func (n files) Open(name string) (*os.File, error) { return os.Open(name) }
