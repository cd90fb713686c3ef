package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// output is a file that appears only when it is whole: it is made at the
// first write under its name with .part, synced and renamed by commit, and
// removed by abort.
type output struct {
	path  string
	force bool        // replace an existing file
	mkdir bool        // make the folder if it is missing
	perm  os.FileMode // 0 is what the umask leaves of 0666
	f     *os.File
}

func (o *output) part() string { return o.path + ".part" }

// open makes the .part file, unless it is there already.
func (o *output) open() error {
	if o.f != nil {
		return nil
	}
	if !o.force && exists(o.path) {
		return existsError(o.path)
	}
	if o.mkdir {
		if err := os.MkdirAll(filepath.Dir(o.path), 0o777); err != nil {
			return err
		}
	}
	f, err := os.OpenFile(o.part(), os.O_RDWR|os.O_CREATE, cmp.Or(o.perm, 0o666))
	if err != nil {
		return err
	}
	// A .part that nobody holds is left from a crash, and is written afresh.
	if err := lock(f); err != nil {
		f.Close()
		return &exitError{exitExists, fmt.Errorf("%s is being written by another program: %w", o.part(), err), ""}
	}
	if err := f.Truncate(0); err != nil {
		f.Close()
		return err
	}
	o.f = f
	return nil
}

func (o *output) Write(b []byte) (int, error) {
	if err := o.open(); err != nil {
		return 0, err
	}
	return o.f.Write(b)
}

func (o *output) Seek(offset int64, whence int) (int64, error) {
	if err := o.open(); err != nil {
		return 0, err
	}
	return o.f.Seek(offset, whence)
}

// commit makes the output appear under its name.
func (o *output) commit() error {
	if err := o.open(); err != nil {
		return err
	}
	err := o.f.Sync()
	if err == nil {
		err = o.rename()
	}
	if err != nil {
		o.abort()
		return err
	}
	err = o.f.Close()
	o.f = nil
	if err == nil {
		err = syncDir(filepath.Dir(o.path))
	}
	return err
}

// rename never replaces a file that appeared meanwhile, unless forced to: a
// link fails where its name exists. File systems without links have to do
// with a look before.
func (o *output) rename() error {
	if o.force {
		return os.Rename(o.part(), o.path)
	}
	err := os.Link(o.part(), o.path)
	switch {
	case err == nil:
		return os.Remove(o.part())
	case errors.Is(err, fs.ErrExist) || exists(o.path):
		return existsError(o.path)
	}
	return os.Rename(o.part(), o.path)
}

// abort leaves no half output behind. It does nothing after a commit.
func (o *output) abort() {
	if o.f == nil {
		return
	}
	os.Remove(o.part())
	o.f.Close()
	o.f = nil
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

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func existsError(path string) error {
	return &exitError{exitExists, fmt.Errorf("%s exists", path), "overwrite it with --force, or leave it with --skip-existing"}
}
