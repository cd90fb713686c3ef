//go:build linux || darwin

package record

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// freeSpace is how many bytes a folder's disk has for us.
func freeSpace(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, &fs.PathError{Op: "statfs", Path: dir, Err: err}
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}
