package janustest

import (
	"crypto/rand"
	"encoding/hex"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// link is a network namespace, and the veth pair that leads into it.
type link struct {
	namespace       string
	outer, inner    string // the ends of the pair
	outside, inside netip.Addr
}

// newLink makes a namespace. Whoever runs in it deletes it: that takes the
// pair away as well.
func newLink(t testing.TB) link {
	t.Helper()
	var id [4]byte
	rand.Read(id[:])
	name := "mjr" + hex.EncodeToString(id[:])
	l := link{namespace: name, outer: name + "a", inner: name + "b"}
	l.outside, l.inside = freeAddresses(t)
	permitted(t, "ip", "netns", "add", l.namespace)
	for i, args := range [][]string{
		{"link", "add", l.outer, "type", "veth", "peer", "name", l.inner, "netns", l.namespace},
		// An address of IPv6 cannot be used for some seconds, by others neither.
		{"link", "set", l.outer, "addrgenmode", "none"},
		{"-n", l.namespace, "link", "set", l.inner, "addrgenmode", "none"},
		{"addr", "add", l.outside.String() + "/30", "dev", l.outer},
		{"link", "set", l.outer, "up"},
		{"-n", l.namespace, "addr", "add", l.inside.String() + "/30", "dev", l.inner},
		{"-n", l.namespace, "link", "set", l.inner, "up"},
		{"-n", l.namespace, "link", "set", "lo", "up"},
	} {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			_ = exec.Command("ip", "netns", "delete", l.namespace).Run() // as far as it was made
			corpus.Missing(t, "step %d of a veth pair: ip %s: %v: %s", i+1, strings.Join(args, " "), err, out)
		}
	}
	return l
}

// permitted runs what only a privileged process may.
func permitted(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		corpus.Missing(t, "%s %s: %v: %s (CAP_SYS_ADMIN and CAP_NET_ADMIN are needed)", name, strings.Join(args, " "), err, out)
	}
}

// freeAddresses draws the two addresses of a /30 out of 198.18.0.0/15, which
// is set aside for tests (RFC 2544), and of which this machine uses none.
func freeAddresses(t testing.TB) (outside, inside netip.Addr) {
	t.Helper()
	used, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		var r [2]byte
		rand.Read(r[:])
		n := (uint32(r[0])<<8 | uint32(r[1])) << 2 & (1<<17 - 1)
		base := 198<<24 | 18<<16 | n
		at := func(host uint32) netip.Addr {
			a := base | host
			return netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)})
		}
		if !overlaps(used, netip.PrefixFrom(at(0), 30)) {
			return at(1), at(2)
		}
	}
	corpus.Missing(t, "no /30 of 198.18.0.0/15 is free on this machine")
	return
}

func overlaps(used []net.Addr, p netip.Prefix) bool {
	for _, a := range used {
		if q, err := netip.ParsePrefix(a.String()); err == nil && p.Overlaps(q.Masked()) {
			return true
		}
	}
	return false
}
