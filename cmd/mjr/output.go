package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// output is a file that appears only when it is whole: at the first write it
// is made beside its place under a name of its own that ends in .part, commit
// syncs and renames it, abort removes it.
type output struct {
	path  string
	force bool        // replace an existing file
	mkdir bool        // make the folder if it is missing
	perm  os.FileMode // 0 is what the umask leaves of 0666

	mu   sync.Mutex // of what follows: a signal may end it at any time
	part string
	f    *os.File
	gone bool // aborted or committed
}

// open makes the .part file, unless it is there already.
func (o *output) open() (*os.File, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.f != nil {
		return o.f, nil
	}
	if o.gone {
		return nil, os.ErrClosed
	}
	if err := o.mayReplace(); err != nil {
		return nil, err
	}
	if o.mkdir {
		if err := os.MkdirAll(filepath.Dir(o.path), 0o777); err != nil {
			return nil, err
		}
	}
	// A name that nobody can guess, and only if it is new: no other file, or
	// link to one, is ever written to.
	part := fmt.Sprintf("%s.%s.part", o.path, rand.Text()[:8])
	f, err := os.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, cmp.Or(o.perm, 0o666))
	if err != nil {
		return nil, err
	}
	o.f, o.part = f, part
	return f, nil
}

// mayReplace refuses a file that exists, and with force whatever is no file.
func (o *output) mayReplace() error {
	info, err := os.Lstat(o.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !o.force:
		return existsError(o.path)
	case !info.Mode().IsRegular():
		return &exitError{exitExists, fmt.Errorf("%s exists, and is not a regular file", o.path), ""}
	}
	return nil
}

func (o *output) Write(b []byte) (int, error) {
	f, err := o.open()
	if err != nil {
		return 0, err
	}
	return f.Write(b)
}

func (o *output) Seek(offset int64, whence int) (int64, error) {
	f, err := o.open()
	if err != nil {
		return 0, err
	}
	return f.Seek(offset, whence)
}

// commit makes the output appear under its name.
func (o *output) commit() error {
	f, err := o.open()
	if err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.gone {
		return os.ErrClosed
	}
	// Windows renames no file that is open.
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := o.rename(); err != nil {
		return err
	}
	o.gone = true
	return syncDir(filepath.Dir(o.path))
}

// rename never replaces a file that appeared meanwhile, unless forced to: a
// link fails where its name exists. File systems without links have to do
// with a look before.
func (o *output) rename() error {
	if err := o.mayReplace(); err != nil {
		return err
	}
	if o.force {
		return os.Rename(o.part, o.path)
	}
	err := os.Link(o.part, o.path)
	switch {
	case err == nil:
		return os.Remove(o.part)
	case errors.Is(err, fs.ErrExist):
		return existsError(o.path)
	}
	return os.Rename(o.part, o.path)
}

// abort leaves no half output behind. It does nothing after a commit.
func (o *output) abort() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.f != nil && !o.gone {
		o.f.Close()
		os.Remove(o.part)
	}
	o.gone = true
}

// abortWith aborts the output as soon as ctx ends, whatever its writer is
// doing then. The returned func ends that.
func (o *output) abortWith(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, o.abort)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	// Not every file system can sync a folder; the file itself is safe.
	_ = d.Sync()
	return nil
}

// isDir tells whether an output is a folder: by its name's ending, or because
// there is one.
func isDir(path string) bool {
	if strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator)) {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func existsError(path string) error {
	return &exitError{exitExists, fmt.Errorf("%s exists", path), ""}
}
