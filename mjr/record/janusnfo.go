package record

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

const nfoEnding = ".nfo"

// nfo is what Janus's Record&Play plugin has to know of a recording: an INI
// file beside the .mjr files.
type nfo struct {
	name         string
	date         time.Time
	audio, video string
}

// WriteNFO writes a .nfo file for each publisher, with which Janus's
// Record&Play plugin lists and plays a finished recording from its folder:
// NAME.nfo, NAME-2.nfo, …, where name is Options.Name. It plays one audio and
// one video: of several, those with the most bytes, and of parts the first. An
// error wraps ErrExists where there is a file of that name.
func (r Report) WriteNFO(name string) ([]string, error) {
	var written []string
	for p := 0; p <= r.lastPublisher(); p++ {
		n := nfo{name: filepath.Base(publisherName(name, p))}
		var audio, video int64
		for _, f := range r.Files {
			if f.Track.Publisher != p || len(f.Paths) == 0 || f.Stored == 0 {
				continue
			}
			if n.date.IsZero() || f.First.Before(n.date) {
				n.date = f.First
			}
			switch {
			case f.Track.Kind == mjr.Audio && f.Bytes > audio:
				n.audio, audio = filepath.Base(f.Paths[0]), f.Bytes
			case f.Track.Kind == mjr.Video && f.Bytes > video:
				n.video, video = filepath.Base(f.Paths[0]), f.Bytes
			}
		}
		if n.audio == "" && n.video == "" {
			continue
		}
		path := publisherName(name, p) + nfoEnding
		if err := writeWhole(path, n.text()); err != nil {
			return written, err
		}
		written = append(written, path)
	}
	return written, nil
}

// NFOFree reports ErrExists where WriteNFO could not write its first file.
func NFOFree(name string) error {
	if _, err := os.Lstat(name + nfoEnding); err == nil {
		return &fs.PathError{Op: "record", Path: name + nfoEnding, Err: ErrExists}
	}
	return nil
}

func (r Report) lastPublisher() int {
	last := -1
	for _, f := range r.Files {
		last = max(last, f.Track.Publisher)
	}
	return last
}

// publisherName is what the names of a publisher's files begin with.
func publisherName(name string, publisher int) string {
	if publisher > 0 {
		name += "-" + strconv.Itoa(publisher+1)
	}
	return name
}

// text is the file. Newer versions of Janus hide a recording that does not say
// that it is not private. The number has to fit into a browser's double.
func (n nfo) text() string {
	const mostID = 1 << 53
	var b strings.Builder
	line := func(format string, a ...any) { fmt.Fprintf(&b, format+"\r\n", a...) }
	line("[%d]", rand.Int64N(mostID-1)+1)
	line("name = %s", iniText(n.name))
	line("private = false")
	line("date = %s", n.date.Format("2006-01-02 15:04:05"))
	if n.audio != "" {
		line("audio = %s", iniText(n.audio))
	}
	if n.video != "" {
		line("video = %s", iniText(n.video))
	}
	return b.String()
}

// iniText makes a text fit for a value: a semicolon would begin a comment, and
// a line end another line.
func iniText(s string) string {
	return strings.ReplaceAll(cleanText(s), ";", `\;`)
}

// writeWhole writes a file that is new, and has its name when it is whole.
func writeWhole(path, text string) error {
	d, err := createFile(path + tmpEnding)
	if err != nil {
		return err
	}
	_, err = d.Write([]byte(text))
	if closing := d.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = rename(path+tmpEnding, path)
	}
	if err != nil {
		_ = os.Remove(path + tmpEnding) // the error says why there is none
	}
	return err
}
