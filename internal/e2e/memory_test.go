package e2e

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// A replaying process never has the key, also when somebody who has it watches:
// not in its memory, not in what it says. The marker shows that the search
// finds what is there, and the browser that it finds this key.
func TestNoKeyInTheServersMemory(t *testing.T) {
	corpus.Tool(t, "gcore")
	b := pagetest.New(t)
	rec := corpus.Load(t, "jitsi-vp8")
	marker := "marker-" + rand.Text() + ".example"
	mjr := start(t, append([]string{"replay", "--json", "--listen", "127.0.0.1:0", "--loop", "--host", marker}, rec.Files...)...)
	b.Open(mjr.url())
	b.State("no-key")
	b.SetFile("#keys", rec.Keys)
	b.State("playing")
	b.Eval(`document.getElementById("panel").open = true`)
	b.Wait(`(document.querySelector("#counts [data-row=opened] td:last-child")?.textContent ?? 0) > 50`)

	core := dump(t, mjr.cmd.Process.Pid)
	forms := secrets(t, rec.Keys)
	counts := count(t, core, append([]string{marker}, forms...))
	if counts[marker] == 0 {
		t.Error("the marker is not in the memory of the server: this search finds nothing")
	}
	for _, f := range forms {
		if n := counts[f]; n > 0 {
			t.Errorf("a key of the viewer's is %d times in the memory of the server, as %q", n, kind(f))
		}
		for _, line := range mjr.said() {
			if strings.Contains(line, f) {
				t.Errorf("a key of the viewer's is in what mjr said, as %q", kind(f))
			}
		}
	}
	found := false
	for _, pid := range b.PIDs() {
		found = found || renders(pid) && holds(pid, forms)
	}
	if !found {
		t.Error("no renderer of the browser has the key: this search would not find it")
	}
	if code := mjr.stop(); code != 0 {
		t.Errorf("exit %d", code)
	}
}

// renders tells whether a process of Chromium's is one that runs pages.
func renders(pid int) bool {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && bytes.Contains(line, []byte("--type=renderer")) // it may have ended
}

// secrets are the keys of a key file in all forms that they could be held in.
func secrets(t *testing.T, path string) []string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var set struct{ Keys []struct{ K string } }
	if err := json.Unmarshal(b, &set); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, k := range set.Keys {
		raw, err := base64.RawURLEncoding.DecodeString(k.K)
		if err != nil || len(raw) < 12 {
			t.Fatalf("a key of %d bytes (%v): too short to be told from chance", len(raw), err)
		}
		all = append(all, string(raw), hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)),
			base64.RawURLEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw))
	}
	if len(all) == 0 {
		t.Fatalf("%s has no keys", path)
	}
	return all
}

// kind says what a form is without showing it.
func kind(form string) string { return fmt.Sprintf("%d bytes beginning with %x", len(form), form[:2]) }

// dump writes a process's memory to a file.
func dump(t *testing.T, pid int) string {
	t.Helper()
	prefix := filepath.Join(t.TempDir(), "core")
	corpus.Run(t, "gcore", "-o", prefix, strconv.Itoa(pid))
	return prefix + "." + strconv.Itoa(pid)
}

// count tells how often each of some strings is in a file.
func count(t *testing.T, path string, wanted []string) map[string]int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	longest := 0
	for _, w := range wanted {
		longest = max(longest, len(w))
	}
	counts := make(map[string]int)
	buf := make([]byte, 1<<20)
	kept := 0 // the end of the piece before, which a string may begin in
	for {
		n, err := io.ReadFull(f, buf[kept:])
		piece := buf[:kept+n]
		for _, w := range wanted {
			counts[w] += bytes.Count(piece, []byte(w))
		}
		if err != nil {
			return counts
		}
		kept = copy(buf, piece[len(piece)-longest+1:])
	}
}

// holds tells whether a process that runs has one of some strings in the
// memory that it can write.
func holds(pid int, wanted []string) bool {
	maps, err := os.Open(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		return false // it has ended
	}
	defer maps.Close()
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		return false
	}
	defer memory.Close()
	for s := bufio.NewScanner(maps); s.Scan(); {
		var from, to int64
		var rights string
		if _, err := fmt.Sscanf(s.Text(), "%x-%x %s", &from, &to, &rights); err != nil || !strings.HasPrefix(rights, "rw") {
			continue
		}
		const piece = 4 << 20
		for ; from < to; from += piece {
			b := make([]byte, min(piece+256, to-from))
			n, _ := memory.ReadAt(b, from) // what is not there cannot hold anything
			for _, w := range wanted {
				if bytes.Contains(b[:n], []byte(w)) {
					return true
				}
			}
		}
	}
	return false
}
