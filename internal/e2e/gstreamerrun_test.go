package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// island is a network namespace with an address besides those of the loopback
// interface, which GStreamer's libnice uses for nothing; and from where its
// questions to routers (UPnP) reach nobody.
type island struct {
	t   testing.TB
	pid int      // of a process there
	in  []string // the command that runs another there
}

// onIsland is the address.
const onIsland = "198.18.0.1" // RFC 2544: for tests

// newIsland makes one, which ends with the test, and with the test's process.
func newIsland(t testing.TB) island {
	t.Helper()
	// A shell that has the namespace, and whoever is in it, until its input ends.
	keeper := exec.Command(corpus.Tool(t, "unshare"), "--net", "sh", "-ec", `
ip link set lo up
ip link add shore type veth peer name sea
ip addr add `+onIsland+`/24 dev shore
ip link set sea up
ip link set shore up
echo there
exec cat >/dev/null`)
	corpus.Tool(t, "ip")
	stdin, err := keeper.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := keeper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := keeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		keeper.Wait()
	})
	if _, err := io.ReadFull(stdout, make([]byte, len("there\n"))); err != nil {
		corpus.Missing(t, "no network namespace can be made (CAP_SYS_ADMIN and CAP_NET_ADMIN are needed)")
	}
	pid := keeper.Process.Pid
	return island{t, pid, []string{corpus.Tool(t, "nsenter"), fmt.Sprintf("--net=/proc/%d/ns/net", pid)}}
}

// drops are the datagrams that found no room in a socket there.
func (n island) drops() int64 {
	n.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/snmp", n.pid))
	if err != nil {
		n.t.Fatal(err)
	}
	var names []string
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] != "Udp:" {
			continue
		}
		if names == nil {
			names = f
			continue
		}
		if at := slices.Index(names, "RcvbufErrors"); at > 0 && at < len(f) {
			if drops, err := strconv.ParseInt(f[at], 10, 64); err == nil {
				return drops
			}
		}
	}
	n.t.Fatalf("no drops are told in %s", b)
	return 0
}

// run runs a program there that prints JSON.
func (n island) run(name string, args ...string) *command {
	n.t.Helper()
	cmd := exec.Command(n.in[0], append(append(n.in[1:len(n.in):len(n.in)], name), args...)...)
	return run(n.t, cmd)
}

// mjr runs mjr there, with media at the island's address.
func (n island) mjr(command string, args ...string) *command {
	n.t.Helper()
	args = append([]string{command, "--json", "--listen", "127.0.0.1:0", "--ice-host", onIsland}, args...)
	return n.run(binary(n.t), args...)
}

// gstreamer is a running testdata/webrtcbin.py.
type gstreamer struct {
	*command
	stdin io.Closer
	seen  int
	got   map[string][]gstPacket // by kind
}

// gstPacket is one that GStreamer sent or received.
type gstPacket struct {
	Type, Track string
	SSRC        uint32
	Seq         uint16
	Payload     string // SHA-256
}

// python is Debian's own, which knows GStreamer.
const python = "/usr/bin/python3"

func (n island) gstreamer(args ...string) *gstreamer {
	n.t.Helper()
	corpus.Tool(n.t, "gst-inspect-1.0")
	args = append(append(n.in[1:len(n.in):len(n.in)], corpus.Tool(n.t, python), "testdata/webrtcbin.py"), args...)
	cmd := exec.Command(n.in[0], args...)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	return &gstreamer{command: run(n.t, cmd), stdin: stdin, got: make(map[string][]gstPacket)}
}

// packets are those so far. What was sent or received twice is there once.
func (g *gstreamer) packets() map[string][]gstPacket {
	g.t.Helper()
	all := g.all()
	for _, e := range all[g.seen:] {
		var p gstPacket
		if err := json.Unmarshal(e, &p); err != nil {
			g.t.Fatal(err)
		}
		if p.Type == "packet" {
			g.got[p.Track] = append(g.got[p.Track], p)
		}
	}
	g.seen = len(all)
	return g.got
}

// end lets it end its session.
func (g *gstreamer) end() {
	g.t.Helper()
	g.stdin.Close()
	if code := g.wait(); code != 0 {
		g.t.Errorf("GStreamer: exit %d", code)
	}
}
