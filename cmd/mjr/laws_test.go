package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/mjrkit/mjrkit/"

// The two laws: a recording is made and replayed by code that cannot hold a
// key; keys are handled by code that cannot reach the network.
//
// Every room lists the imports it may have besides the standard library. A
// folder belongs to the room with the longest name that is a prefix of it.
var rooms = []struct {
	room  string
	allow []string // packages; "/…" at the end is everything below too
	deny  []string // of the standard library
}{
	{"mjr", nil, noNet},
	{"mjr/stream", []string{module + "mjr", "github.com/pion/rtp"}, noNet},
	{"mjr/record", []string{module + "mjr", module + "mjr/stream", module + "internal/rtc", module + "internal/janus", module + "internal/whip", "github.com/pion/rtp", "github.com/pion/sdp/…", "github.com/gopacket/gopacket/…", "golang.org/x/net/…", "golang.org/x/sys/…"}, nil},
	{"replay", []string{module + "mjr", module + "mjr/stream", module + "internal/rtc", module + "internal/janus", module + "internal/page", module + "internal/whip", "github.com/pion/rtp"}, nil},
	{"internal/rtc", []string{module + "mjr", module + "mjr/stream", "github.com/pion/…"}, nil},
	{"internal/janus", []string{"github.com/coder/websocket/…"}, nil},
	{"internal/janus/janustest", []string{module + "internal/corpus"}, nil}, // for tests
	{"internal/door", nil, nil},
	{"internal/whip", nil, nil},
	{"internal/page", nil, nil},
	{"internal/page/pagetest", []string{module + "internal/corpus", "github.com/chromedp/…", "github.com/coder/websocket/…"}, nil},
	{"internal/corpus", nil, nil},                         // for tests
	{"internal/mjrtest", []string{module + "mjr"}, noNet}, // for tests
	{"internal/e2e", nil, nil},                            // nothing but tests
	{"decrypt", []string{module + "decrypt"}, append([]string{"os/…", "path/filepath", "io/ioutil", "io/fs", "log/syslog", "plugin"}, noNet...)},
	{"decrypt/decrypttest", []string{module + "decrypt", module + "internal/corpus"}, noNet},
	{"postprocess", []string{module + "mjr", module + "mjr/stream", module + "decrypt", module + "postprocess/media", "github.com/pion/rtp"}, noNet},
	{"postprocess/media", []string{module + "mjr"}, noNet},
	{"postprocess/media/mediatest", []string{module + "mjr", module + "postprocess/media"}, noNet},
	{"postprocess/webm", []string{module + "mjr", module + "postprocess/media", "github.com/at-wat/ebml-go/…"}, noNet},
	{"postprocess/ogg", []string{module + "mjr", module + "postprocess/media"}, noNet},
	{"postprocess/ivf", []string{module + "mjr", module + "postprocess/media"}, noNet},
	{"postprocess/annexb", []string{module + "mjr", module + "postprocess/media"}, noNet},
	{"cmd/mjr", []string{module + "…", "github.com/spf13/…", "filippo.io/age/…", "golang.org/x/term"}, nil},
}

// noNet is what code that must not reach the network may not import, and the
// ways around: cgo, and unsafe for linkname.
var noNet = []string{"net/…", "crypto/tls", "os/exec", "syscall", "unsafe", "C", "plugin"}

func TestLaws(t *testing.T) {
	root := filepath.Join("..", "..")
	checked := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			if name := d.Name(); name == "testdata" || name == "node_modules" || rel != "." && strings.HasPrefix(name, ".") || hasGoMod(path) && rel != "." {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") {
			return nil
		}
		checked++
		checkFile(t, path, rel)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if checked < 10 {
		t.Fatalf("only %d files found: the laws were not tested", checked)
	}
}

func checkFile(t *testing.T, path, rel string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		t.Error(err)
		return
	}
	dir := rel[:strings.LastIndex("/"+rel, "/")]
	dir = strings.TrimSuffix(dir, "/")
	best := -1
	for i, r := range rooms {
		if (dir == r.room || strings.HasPrefix(dir, r.room+"/")) && (best < 0 || len(r.room) > len(rooms[best].room)) {
			best = i
		}
	}
	if best < 0 {
		t.Errorf("%s: no room for the folder %q: add it to the laws, or move the file", rel, dir)
		return
	}
	room := rooms[best]
	for _, imp := range file.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			t.Error(err)
			continue
		}
		std := !strings.Contains(strings.SplitN(name, "/", 2)[0], ".") && name != "C"
		switch {
		case matches(room.deny, name):
			t.Errorf("%s imports %s, which %s must not", rel, name, room.room)
		case !std && !matches(room.allow, name):
			t.Errorf("%s imports %s, which is not on the list of %s", rel, name, room.room)
		}
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, "//go:linkname") {
				t.Errorf("%s uses linkname, a way around the laws", rel)
			}
		}
	}
}

func matches(list []string, name string) bool {
	for _, l := range list {
		prefix, all := strings.CutSuffix(l, "…")
		if name == l || all && (strings.HasPrefix(name, prefix) || name == strings.TrimSuffix(prefix, "/")) {
			return true
		}
	}
	return false
}

func hasGoMod(dir string) bool {
	m, err := filepath.Glob(filepath.Join(dir, "go.mod"))
	return err == nil && len(m) > 0
}
