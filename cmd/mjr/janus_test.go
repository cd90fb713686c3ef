//go:build !nonet

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/janus/janustest"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
)

// secretFile writes a file with a secret.
func secretFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestJanus replays a call into a room of Janus and records it there, with all
// the secrets that there can be, and shows none.
func TestJanus(t *testing.T) {
	j := janustest.Start(t, janustest.Options{APISecret: "psecret", Tokens: true})
	j.AddToken(t, "pticket")
	j.Create(t, janustest.Room{ID: 1234, PIN: "psesame", Allowed: []string{"pguest"}, E2EE: true})
	room := []string{
		"--json", "--janus", j.URL + "/?pquery", "--room", "1234", "--pin-file", secretFile(t, "psesame"), "--room-token-file", secretFile(t, "pguest"),
		"--janus-secret-file", secretFile(t, "psecret"), "--janus-token-file", secretFile(t, "pticket"),
	}
	name := filepath.Join(t.TempDir(), "meeting")
	ctx, stop := context.WithCancelCause(t.Context())
	defer stop(nil)
	stdout, w := io.Pipe()
	var said, errs, played, playErrs bytes.Buffer
	exit := make(chan int, 1)
	go func() {
		exit <- run(ctx, append([]string{"record", "--nfo", name}, room...), nil, w, &errs)
		w.Close()
	}()
	replayed := make(chan int, 1)
	files := corpus.Load(t, "jitsi-vp8").Files
	joined := false
	for lines := bufio.NewScanner(io.TeeReader(stdout, &said)); lines.Scan(); {
		var line jsonPublisher
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		switch {
		case line.Type == "room" && !joined:
			joined = true
			go func() {
				args := append([]string{"replay", "--start", "8s", "--display", "Ann"}, room...)
				replayed <- run(t.Context(), append(args, files...), nil, &played, &playErrs)
			}()
		case line.Type == "publisher" && !line.Gone:
			if line.Publisher != 1 || line.Display != "Ann" || !line.Encrypted {
				t.Errorf("recorded is %s", lines.Bytes())
			}
		case line.Type == "publisher":
			stop(signalError{syscall.SIGINT})
		}
	}
	if got, rec := <-replayed, <-exit; got != exitOK || rec != exitOK {
		t.Errorf("replay ended with %d, record with %d\n%s%s", got, rec, &playErrs, &errs)
	}
	for _, kind := range []string{"audio-0", "video-1"} {
		if h := mjrtest.Read(t, name+"-"+kind+".mjr").Header; !h.Encrypted {
			t.Errorf("%s: %+v, want a recording marked as encrypted", kind, h)
		}
	}
	if b, err := os.ReadFile(name + ".nfo"); err != nil || !strings.Contains(string(b), "video = meeting-video-1.mjr\r\n") {
		t.Errorf("the .nfo is %q, %v", b, err)
	}
	for _, out := range []*bytes.Buffer{&said, &errs, &played, &playErrs} {
		for _, secret := range []string{"psecret", "pticket", "psesame", "pguest", "pquery"} {
			if strings.Contains(out.String(), secret) {
				t.Errorf("%s is in what is said:\n%s", secret, out)
			}
		}
	}
}

// TestJanusExits: every failure has its exit code, and a word of what to do.
func TestJanusExits(t *testing.T) {
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: 1, PIN: "sesame"})
	j.Create(t, janustest.Room{ID: 2, E2EE: true})
	j.Create(t, janustest.Room{ID: 3, AudioCodec: "pcmu", VideoCodec: "vp9"})
	j.Create(t, janustest.Room{ID: 4})
	call := corpus.Load(t, "plain-vp8-identity")
	for _, c := range []struct {
		sin  string
		args string
		exit int
		want string
	}{
		{"no room", "record --janus URL NAME", exitMisused, "needs --room"},
		{"no WebSocket", "record --janus http://u:sesame@h/?sesame --room 1 NAME", exitMisused, "http://h/: want ws://"},
		{"a room of nothing", "record --room 1 --audio udp://:0,opus NAME", exitMisused, "--room"},
		{"a feed of nothing", "record --feed 1 --audio udp://:0,opus NAME", exitMisused, "--feed"},
		{"a name of nothing", "record --display mjr --audio udp://127.0.0.1:0,opus --duration 10ms NAME", exitMisused, "--display is of --janus"},
		{"a name before browsers", "record --display Ann --listen 127.0.0.1:0 --duration 10ms NAME", exitMisused, "--display is of --janus"},
		{"a name on a wire", "replay --display Ann --udp 127.0.0.1:5004 FILES", exitMisused, "--display is of --janus"},
		{"two sources", "record --janus URL --room 1 --audio udp://:0,opus NAME", exitMisused, "exclude"},
		{"an empty file for a PIN", "record --janus URL --room 1 --pin-file /dev/null NAME", exitMisused, "want one line"},
		{"no file for a PIN", "record --janus URL --room 1 --pin-file NAME NAME", exitIO, "no such file"},
		{"no PIN", "record --janus URL --room 1 NAME", exitNetwork, "--pin-file"},
		{"another PIN", "record --janus URL --room 1 --pin-file PIN NAME", exitNetwork, "wrong pin"},
		{"no such room", "record --janus URL --room 99 NAME", exitNetwork, "No such room"},
		{"nobody of that id", "record --janus URL --room 4 --feed 5 NAME", exitNetwork, "nobody publishes"},
		{"nobody there", "record --janus ws://127.0.0.1:1 --room 1 NAME", exitNetwork, "cannot connect"},
		{"nowhere", "replay FILES", exitMisused, "nowhere"},
		{"two sinks", "replay --janus URL --room 1 --udp 127.0.0.1:5004 FILES", exitMisused, "exclude"},
		{"a recording in clear for a room of others", "replay --janus URL --room 2 FILES", exitNetwork, "marked so"},
		{"codecs that the room does not take", "replay --janus URL --room 3 FILES", exitUnsupported, "codec"},
		{"a start behind the end", "replay --janus URL --room 4 --start 1h FILES", exitMisused, "lasts"},
	} {
		t.Run(c.sin, func(t *testing.T) {
			var args []string
			for _, a := range strings.Fields(c.args) {
				switch a {
				case "URL":
					args = append(args, j.URL)
				case "NAME":
					args = append(args, filepath.Join(t.TempDir(), "name"))
				case "PIN":
					args = append(args, secretFile(t, "sesam"))
				case "FILES":
					args = append(args, call.Files...)
				default:
					args = append(args, a)
				}
			}
			var out, errs bytes.Buffer
			if got := run(t.Context(), args, nil, &out, &errs); got != c.exit || !strings.Contains(errs.String(), c.want) || strings.Contains(errs.String(), "sesam") {
				t.Errorf("exit code %d, want %d and %q and nothing secret:\n%s", got, c.exit, c.want, &errs)
			}
		})
	}
}

// TestJanusLost: a recording ends with what there is when Janus dies.
func TestJanusLost(t *testing.T) {
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: 1})
	stdout, w := io.Pipe()
	var errs bytes.Buffer
	exit := make(chan int, 1)
	go func() {
		exit <- run(t.Context(), []string{"record", "--json", "--janus", j.URL, "--room", "1", filepath.Join(t.TempDir(), "name")}, nil, w, &errs)
		w.Close()
	}()
	killed := false
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if !killed {
			killed = true
			j.Kill(t)
		}
	}
	if got := <-exit; !killed || got != exitNetwork || !strings.Contains(errs.String(), "connection to janus lost") {
		t.Errorf("exit code %d, want %d\n%s", got, exitNetwork, &errs)
	}
}
