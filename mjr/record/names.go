package record

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/mjrkit/mjrkit/mjr"
)

// ErrExists says that there is a file of this name, finished or being written.
var ErrExists = errors.New("file exists")

const (
	ending    = ".mjr"
	tmpEnding = ".tmp" // behind ending, while a file is open
)

// stem is the name of a track's files without its ending.
func (o Options) stem(t Track) string {
	s := o.Name
	if t.Publisher > 0 {
		s += "-" + strconv.Itoa(t.Publisher+1)
	}
	s += "-" + t.Kind.String() + "-" + strconv.Itoa(t.Index)
	if rid := nameOf(t.RID); rid != "" {
		s += "-" + rid
	}
	return s
}

// nameOf is what of a rid may stand in a name of a file. One of which it is not
// all has a sum behind it, so that no two have one name.
func nameOf(rid string) string {
	const most = 32
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, rid)
	if name == rid && len(name) <= most {
		return name
	}
	return fmt.Sprintf("%s%08x", name[:min(len(name), most)], crc32.ChecksumIEEE([]byte(rid)))
}

// partName is the name of a part, from 1 on.
func partName(stem string, part int) string {
	if part > 1 {
		stem += fmt.Sprintf(".p%03d", part)
	}
	return stem + ending
}

// free reports an error if a file has a name that this track's parts will
// have: to find that out after hours would be too late.
func free(stem string) error {
	dir, base := filepath.Split(stem)
	return none(dir, func(name string) bool {
		rest, ok := strings.CutPrefix(name, base)
		return ok && (rest == ending || rest == ending+tmpEnding || strings.HasPrefix(rest, ".p") && isPart(rest))
	})
}

// unused reports an error if there are recordings of the first publisher of
// this session, or of any where there may be several.
func (o Options) unused() error {
	return o.taken(func(publisher int) bool { return publisher == 0 || o.Publishers })
}

// freeFor reports an error if there are recordings of one publisher.
func (o Options) freeFor(publisher int) error {
	return o.taken(func(p int) bool { return p == publisher })
}

// taken reports ErrExists for the first recording of a publisher that counts.
func (o Options) taken(counts func(publisher int) bool) error {
	dir, base := filepath.Split(o.Name)
	return none(dir, func(name string) bool {
		rest, ok := strings.CutPrefix(name, base+"-")
		if !ok {
			return false
		}
		publisher := 0
		if number, behind, ok := strings.Cut(rest, "-"); ok {
			if n, err := strconv.ParseUint(number, 10, 31); err == nil && n > 1 {
				publisher, rest = int(n)-1, behind
			}
		}
		for _, k := range []mjr.Kind{mjr.Audio, mjr.Video, mjr.Data} {
			if behind, ok := strings.CutPrefix(rest, k.String()); ok && isPart(behind) && (behind[0] == '-' || behind[0] == '.') {
				return counts(publisher)
			}
		}
		return false
	})
}

func isPart(name string) bool {
	return strings.HasSuffix(name, ending) || strings.HasSuffix(name, ending+tmpEnding)
}

// none reports ErrExists for the first name in a folder that is taken.
func none(dir string, taken func(name string) bool) error {
	if dir == "" {
		dir = "."
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if taken(e.Name()) {
			return &fs.PathError{Op: "record", Path: filepath.Join(dir, e.Name()), Err: ErrExists}
		}
	}
	return nil
}
