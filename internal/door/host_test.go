package door

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestHost attacks the judgement of Host. PORT stands for the bound port.
func TestHost(t *testing.T) {
	hosts := []string{"box.example", "proxy.example:8443", "[2001:db8::5]", "192.0.2.5"}
	for _, tt := range []struct {
		name, host string
		want       bool
	}{
		{"localhost", "localhost:PORT", true},
		{"localhost, no port", "localhost", true},
		{"localhost in capitals", "LocalHost:PORT", true},
		{"IPv4", "127.0.0.1:PORT", true},
		{"IPv4, no port", "127.0.0.1", true},
		{"IPv6", "[::1]:PORT", true},
		{"IPv6, no port", "[::1]", true},
		{"IPv6 at length", "[0:0:0:0:0:0:0:1]:PORT", true},
		{"a name that is known", "box.example:PORT", true},
		{"a name that is known, no port", "BOX.example", true},
		{"a name known with a port", "proxy.example:8443", true},
		{"an address that is known", "192.0.2.5:PORT", true},
		{"an IPv6 address that is known", "[2001:DB8:0::5]:PORT", true},

		{"none", "", false},
		{"a rebound name", "evil.example:PORT", false},
		{"a rebound name, no port", "evil.example", false},
		{"localhost as a prefix", "localhost.evil.example:PORT", false},
		{"localhost as a suffix", "evil-localhost:PORT", false},
		{"a name below localhost", "evil.localhost:PORT", false},
		{"localhost with a dot", "localhost.:PORT", false},
		{"IPv4 with a dot", "127.0.0.1.:PORT", false},
		{"a name that holds an address", "127.0.0.1.nip.io:PORT", false},
		{"another loopback address", "127.0.0.2:PORT", false},
		{"IPv4 in short", "127.1:PORT", false},
		{"IPv4 as a number", "2130706433:PORT", false},
		{"IPv4 in hex", "0x7f000001:PORT", false},
		{"IPv4 in octal", "0177.0.0.1:PORT", false},
		{"no address at all", "0.0.0.0:PORT", false},
		{"no IPv6 address at all", "[::]:PORT", false},
		{"IPv4 in IPv6", "[::ffff:127.0.0.1]:PORT", false},
		{"IPv4 in brackets", "[127.0.0.1]:PORT", false},
		{"a name in brackets", "[localhost]:PORT", false},
		{"IPv6 without brackets", "::1", false},
		{"IPv6 without brackets, with a port", "::1:PORT", false},
		{"IPv6 with a zone", "[::1%lo]:PORT", false},
		{"IPv6 with a zone, escaped", "[::1%25lo]:PORT", false},
		{"a bracket that is not closed", "[::1:PORT", false},
		{"a bracket that is not opened", "::1]:PORT", false},
		{"something after the bracket", "[::1]evil:PORT", false},
		{"another port", "localhost:1", false},
		{"port 0", "localhost:0", false},
		{"an empty port", "localhost:", false},
		{"a port with a sign", "localhost:+PORT", false},
		{"a port with a zero", "localhost:0PORT", false},
		{"a port that wraps", "localhost:WRAP", false},
		{"two ports", "localhost:PORT:PORT", false},
		{"a user", "user@localhost:PORT", false},
		{"a user that is localhost", "localhost:PORT@evil.example", false},
		{"a path", "localhost:PORT/x", false},
		{"a fragment", "localhost:PORT#@evil.example", false},
		{"a backslash", `localhost:PORT\@evil.example`, false},
		{"two names", "localhost, evil.example", false},
		{"a blank in front", " localhost", false},
		{"a blank behind", "localhost ", false},
		{"a tab", "localhost\t", false},
		{"a line", "localhost\r\nX: y", false},
		{"a zero byte", "localhost\x00.evil.example", false},
		{"an escape", "%6cocalhost", false},
		{"a letter that looks like one", "lоcalhost", false},
		{"a letter that folds to one", "loca\u017fhost", false},
		{"a name known without that port", "proxy.example:PORT", false},
		{"a name known with a port, without it", "proxy.example", false},
		{"a name known, at another port", "box.example:8443", false},
		{"a name below one that is known", "evil.box.example", false},
		{"an underscore and a dot", "_.", false},
		{"a name too long", strings.Repeat("a.", 130) + "a", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, Options{Hosts: hosts})
			host := strings.ReplaceAll(tt.host, "PORT", fmt.Sprint(d.port()))
			host = strings.ReplaceAll(host, "WRAP", fmt.Sprint(int(d.port())+65536))
			res := d.answer(hello, d.request(http.MethodGet, "/", "Host", host))
			want := http.StatusMisdirectedRequest
			if tt.want {
				want = http.StatusOK
			}
			if res.StatusCode != want {
				t.Errorf("host %q: status %d, want %d", host, res.StatusCode, want)
			}
		})
	}
}

// TestHostOfAddress: bound to all addresses, a request may name the one that it
// came to, and none of the others.
func TestHostOfAddress(t *testing.T) {
	d := open(t, Options{Listen: "0.0.0.0:0", Public: true})
	local4 := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 7), Port: int(d.port())} // 16 bytes, as the kernel gives it on a socket of IPv6
	local6 := &net.TCPAddr{IP: net.ParseIP("fe80::7"), Zone: "eth0", Port: int(d.port())}
	for _, tt := range []struct {
		name, host string
		local      net.Addr
		want       bool
	}{
		{"the local address", "192.0.2.7", local4, true},
		{"the address of another interface", "192.0.2.8", local4, false},
		{"an address of the other kind", "[fe80::7]", local4, false},
		{"the local address, without its zone", "[fe80::7]", local6, true},
		{"the local address with its zone", "[fe80::7%eth0]", local6, false},
		{"localhost, through a tunnel", "localhost", local4, true},
		{"no local address known", "192.0.2.7", nil, false},
	} {
		r := d.request(http.MethodGet, "/", "Host", tt.host)
		r = at(r, tt.local)
		if got := d.knows(r); got != tt.want {
			t.Errorf("%s: host %q is known: %v, want %v", tt.name, tt.host, got, tt.want)
		}
	}
}

// TestHostOfName: a name that was listened on is known.
func TestHostOfName(t *testing.T) {
	d := open(t, Options{Listen: ":0"})
	d.address = address{host: "box.example"}
	for host, want := range map[string]bool{"box.example": true, "Box.Example": true, "localhost": true, "other.example": false} {
		if got := d.knows(d.request(http.MethodGet, "/", "Host", host)); got != want {
			t.Errorf("host %q is known: %v, want %v", host, got, want)
		}
	}
}
