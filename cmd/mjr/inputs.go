package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// inputOptions are the flags that name recordings, for every command that
// takes many of them.
type inputOptions struct {
	recursive []string
	filesFrom string
	null      bool
}

func (o *inputOptions) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVarP(&o.recursive, "recursive", "r", nil, "take every recording below `DIR` (repeatable)")
	f.StringVar(&o.filesFrom, "files-from", "", "take the names of recordings from `FILE`, one a line; - is standard input")
	f.BoolVarP(&o.null, "null", "0", false, "names in --files-from end with a NUL byte instead of a newline")
	c.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"mjr", "tmp"}, cobra.ShellCompDirectiveFilterFileExt
	}
}

// complete offers the values of a flag to the shell.
func complete(c *cobra.Command, flag string, values ...string) {
	if err := c.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // our own misspelling
	}
}

// files lists all inputs that were named, in the order they were named.
func (o *inputOptions) files(args []string, in io.Reader) ([]string, error) {
	if o.null && o.filesFrom == "" {
		return nil, misused("--null goes with --files-from")
	}
	files := slices.Clone(args)
	for _, name := range args {
		if at, err := os.Stat(name); err == nil && at.IsDir() {
			return nil, &exitError{exitMisused, fmt.Errorf("%s is a folder", name), fmt.Sprintf("take the recordings below it with -r %s", name)}
		}
	}
	for _, dir := range o.recursive {
		found, err := recordingsBelow(dir)
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	if o.filesFrom != "" {
		named, err := o.readNames(in)
		if err != nil {
			return nil, err
		}
		files = append(files, named...)
	}
	if slices.Contains(files, "-") {
		return nil, misused("a recording is not read from standard input: its header has to be read before it is converted")
	}
	if len(files) == 0 && len(o.recursive) == 0 && o.filesFrom == "" {
		return nil, misused("no recording was named")
	}
	if len(files) == 0 {
		return nil, &exitError{exitNotMJR, errors.New("no recording found"), "recordings end in .mjr or .mjr.tmp"}
	}
	seen := make(map[string]bool)
	return slices.DeleteFunc(files, func(f string) bool {
		clean := filepath.Clean(f)
		again := seen[clean]
		seen[clean] = true
		return again
	}), nil
}

func (o *inputOptions) readNames(in io.Reader) ([]string, error) {
	if o.filesFrom != "-" {
		f, err := os.Open(o.filesFrom)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	s := bufio.NewScanner(in)
	if o.null {
		s.Split(splitNull)
	}
	var names []string
	for s.Scan() {
		if name := strings.TrimSuffix(s.Text(), "\r"); name != "" {
			names = append(names, name)
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("--files-from %s: %w", o.filesFrom, err)
	}
	return names, nil
}

func splitNull(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

func recordingsBelow(dir string) ([]string, error) {
	var found []string
	// With the separator a link to a folder is followed, but none below it.
	err := filepath.WalkDir(dir+string(filepath.Separator), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Type().IsRegular() && isRecordingName(d.Name()) {
			found = append(found, filepath.Clean(path))
		}
		return nil
	})
	return found, err
}

// isRecordingName knows a finished recording, and one that Janus never
// finished: with recordings_tmp_ext it writes NAME.mjr.tmp.
func isRecordingName(name string) bool {
	return strings.HasSuffix(name, ".mjr") || strings.HasSuffix(name, ".mjr.tmp")
}

// sessionName is what the names of one session's tracks have in common:
// Janus's plugins end them in -audio, -video or -data, VideoRoom with the
// m-line's index behind it, and recorders of ours the rid of a simulcast layer.
var sessionName = regexp.MustCompile(`^(.+)-(?:audio|video|data)(?:-\d+)?(?:-[0-9A-Za-z]+)?(?:\.p\d+)?\.mjr(?:\.tmp)?$`)

// session is the recordings of one call, which become one output.
type session struct {
	name  string // path of the output without its ending
	files []string
}

// sender is what the names of a participant's files in one session begin with,
// and whether the name of a file tells that.
func sender(file string) (name string, ok bool) {
	dir, base := filepath.Split(file)
	m := sessionName.FindStringSubmatch(base)
	if m == nil {
		name = strings.TrimSuffix(strings.TrimSuffix(base, ".tmp"), ".mjr")
		return filepath.Join(dir, name), false
	}
	return filepath.Join(dir, m[1]), true
}

// group puts together the tracks of each session, in the order of their first
// files.
func group(files []string) []session {
	var sessions []session
	index := make(map[string]int)
	for _, f := range files {
		key, _ := sender(f)
		i, ok := index[key]
		if !ok {
			i = len(sessions)
			index[key] = i
			sessions = append(sessions, session{name: key})
		}
		sessions[i].files = append(sessions[i].files, f)
	}
	return sessions
}
