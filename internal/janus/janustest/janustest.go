// Package janustest runs the real Janus for tests.
//
// Janus uses no loopback interface for media, so it gets a network namespace
// of its own, with an address that this machine reaches over a veth pair:
//
//	test (198.18.x.y) ── veth ── Janus (198.18.x.y+1), in a namespace
//
// Several may run at once. Each dies with the test, and with the test's
// process.
package janustest

import (
	"bufio"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// Janus is a running server.
type Janus struct {
	URL        string // of the API, ws://…
	HTTP       string // of the same, http://…
	Addr, Host netip.Addr
	Recordings string // the folder of Record&Play; rooms may record into it as well

	options Options
	dir     string
	link    link
	pid     int
}

// Options of a server. The zero value is one that anybody may use.
type Options struct {
	APISecret string // that every request must have
	Tokens    bool   // requests need a token; see AddToken
	StringIDs bool   // rooms and feeds have strings as ids
	Trickle   bool   // Janus sends its candidates apart from its offers
}

// ports are the same for all servers: each has an address of its own.
const (
	wsPort    = 8188
	httpPort  = 8088
	adminPort = 7088
)

// Start starts Janus, and waits until it answers. Where it cannot run the test
// is skipped, by name of what is missing; with MJR_CI set it fails.
func Start(t testing.TB, o Options) *Janus {
	t.Helper()
	janus := corpus.Tool(t, "janus")
	corpus.Tool(t, "ip")
	l := newLink(t)
	dir := t.TempDir()
	j := &Janus{
		URL:        fmt.Sprintf("ws://%v:%d", l.inside, wsPort),
		HTTP:       fmt.Sprintf("http://%v:%d/janus", l.inside, httpPort),
		Addr:       l.inside,
		Host:       l.outside,
		Recordings: filepath.Join(dir, "recordings"),
		options:    o,
		dir:        dir,
		link:       l,
	}
	if err := os.Mkdir(j.Recordings, 0o755); err != nil {
		t.Fatal(err)
	}
	writeConfig(t, j, o)
	j.run(t, janus)
	j.ready(t)
	return j
}

// guard is a shell that ends with its standard input, and takes Janus and the
// namespace with it: also when the process of the test is killed.
const guard = `trap '' INT TERM
ns=$1; shift
ip netns exec "$ns" "$@" >/dev/null 2>&1 &
p=$!
echo $p
cat >/dev/null
kill -9 $p 2>/dev/null
wait $p 2>/dev/null
ip netns delete "$ns"`

func (j *Janus) run(t testing.TB, janus string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", guard, "sh", j.link.namespace, janus,
		"-F", j.dir, "-C", filepath.Join(j.dir, "janus.jcfg"), "-L", j.logFile(), "-N", "-d", "4")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("Janus says:\n%s", j.tail())
		}
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("Janus's namespace stays behind: %v", err)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("Janus did not start: %v", err)
	}
	if j.pid, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		t.Fatal(err)
	}
}

// Kill kills Janus as a crash does. The network stays.
func (j *Janus) Kill(t testing.TB) {
	t.Helper()
	p, err := os.FindProcess(j.pid)
	if err == nil {
		err = p.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Cut cuts the network to Janus, without a word to either side.
func (j *Janus) Cut(t testing.TB) {
	t.Helper()
	corpus.Run(t, "ip", "link", "set", j.link.outer, "down")
}

func (j *Janus) logFile() string { return filepath.Join(j.dir, "janus.log") }

// Log is what Janus has logged so far.
func (j *Janus) Log(t testing.TB) string {
	t.Helper()
	b, err := os.ReadFile(j.logFile())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// tail is the end of the log.
func (j *Janus) tail() string {
	const most = 8 << 10
	f, err := os.Open(j.logFile())
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.Size() > most {
		_, _ = f.Seek(-most, io.SeekEnd) // a whole log is no harm
	}
	b, err := io.ReadAll(f)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
