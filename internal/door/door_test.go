package door

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"testing"
)

func TestLoopback(t *testing.T) {
	for _, listen := range []string{"", ":0", "localhost:0", "LOCALHOST:0"} {
		d := serve(t, Options{Listen: listen}, hello)
		port := strconv.Itoa(int(d.port()))
		if !d.LoopbackOnly() || d.Token() != "" || d.TokenMade() || d.URL() != "http://localhost:"+port+"/" || d.TokenURL() != d.URL() {
			t.Errorf("%q: loopback %v, token %q made %v, URL %q", listen, d.LoopbackOnly(), d.Token(), d.TokenMade(), d.URL())
		}
		// Whatever localhost resolves to, it is us.
		for _, l := range d.listeners {
			if got := l.Addr().(*net.TCPAddr); !got.IP.IsLoopback() || portOf(got) != d.port() {
				t.Errorf("%q: listens on %v beside %v", listen, got, d.Addr())
			}
			res, err := http.Get("http://" + l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			if b, _ := io.ReadAll(res.Body); res.StatusCode != http.StatusOK || string(b) != "hello" {
				t.Errorf("%v: %s %q", l.Addr(), res.Status, b)
			}
			res.Body.Close()
		}
		want := 1
		if hasIPv6() {
			want = 2
		}
		if len(d.listeners) != want {
			t.Errorf("%q: %d listeners, want %d", listen, len(d.listeners), want)
		}
	}
}

func hasIPv6() bool {
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		return false
	}
	l.Close()
	return true
}

// TestPortOfAnother: if another program has our port on one of the loopback
// addresses, a browser might go there, with the token.
func TestPortOfAnother(t *testing.T) {
	if !hasIPv6() {
		t.Skip("no IPv6 here: there is one loopback address")
	}
	for _, host := range []string{"127.0.0.1", "::1"} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if d, err := Listen(Options{Listen: ":" + strconv.Itoa(int(portOf(l.Addr())))}); err == nil {
			d.Close()
			t.Errorf("listens beside a program that has the port on %s", host)
		}
	}
}

func TestTokenNeeded(t *testing.T) {
	for _, tt := range []struct {
		name           string
		o              Options
		loopback, made bool
		want           string // "" for none, "*" for one that was made
	}{
		{"loopback by address", Options{Listen: "127.0.0.1:0"}, true, false, ""},
		{"another loopback address", Options{Listen: "127.0.0.2:0"}, true, false, ""},
		{"loopback with a token", Options{Listen: ":0", Token: token}, true, false, token},
		{"loopback, public", Options{Listen: ":0", Public: true}, true, false, ""},
		{"all addresses", Options{Listen: "0.0.0.0:0"}, false, true, "*"},
		{"all addresses with a token", Options{Listen: "0.0.0.0:0", Token: "\n " + token + "\r\n"}, false, false, token},
		{"all addresses, public", Options{Listen: "0.0.0.0:0", Public: true}, false, false, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, tt.o)
			if d.LoopbackOnly() != tt.loopback || d.TokenMade() != tt.made {
				t.Errorf("loopback %v, made %v; want %v, %v", d.LoopbackOnly(), d.TokenMade(), tt.loopback, tt.made)
			}
			switch got := d.Token(); {
			case tt.want != "*" && got != tt.want:
				t.Errorf("token %q, want %q", got, tt.want)
			case tt.want == "*":
				if len(got) != 22 { // 128 bits in base64url
					t.Errorf("token %q was made", got)
				}
				if other := open(t, tt.o).Token(); other == got {
					t.Errorf("the token %q was made twice", got)
				}
				if want := d.URL() + "#token=" + got; d.TokenURL() != want {
					t.Errorf("got %q, want %q", d.TokenURL(), want)
				}
			}
		})
	}
	if d := open(t, Options{Token: token}); !strings.HasSuffix(d.TokenURL(), "#token=0123456789abcdef.-_~%2B%2F%3D") {
		t.Errorf("a fragment that URLSearchParams would read otherwise: %q", d.TokenURL())
	}
}

func TestOptions(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    Options
	}{
		{"no port", Options{Listen: "127.0.0.1"}},
		{"a name of a port", Options{Listen: ":http"}},
		{"a port too large", Options{Listen: ":65536"}},
		{"a negative port", Options{Listen: ":-1"}},
		{"a URL", Options{Listen: "http://localhost:80"}},
		{"a star", Options{Listen: "*:0"}},
		{"an address that browsers would write otherwise", Options{Listen: "127.1:0"}},
		{"a token and public", Options{Token: token, Public: true}},
		{"a token too short", Options{Token: "0123456789abcde"}},
		{"a token of white space", Options{Token: " \n"}},
		{"a token of two lines", Options{Token: "0123456789abcdef\n0123456789abcdef"}},
		{"a token with a header in it", Options{Token: "0123456789abcdef\r\nHost: a"}},
		{"a certificate without its key", Options{TLSCert: "cert.pem"}},
		{"a key without its certificate", Options{TLSKey: "key.pem"}},
		{"a certificate, and self-signed", Options{TLSCert: "cert.pem", TLSKey: "key.pem", SelfSigned: true}},
		{"a host that is a URL", Options{Hosts: []string{"https://example.org"}}},
		{"a host that is a pattern", Options{Hosts: []string{"*.example.org"}}},
		{"a host that browsers read as an address", Options{Hosts: []string{"0x7f000001"}}},
		{"an empty host", Options{Hosts: []string{""}}},
		{"an origin without a scheme", Options{Origins: []string{"example.org"}}},
		{"any origin", Options{Origins: []string{"*"}}},
		{"the origin of every sandbox", Options{Origins: []string{"null"}}},
		{"an origin with a path", Options{Origins: []string{"https://example.org/page"}}},
		{"an origin with a user", Options{Origins: []string{"https://user@example.org"}}},
		{"an origin of files", Options{Origins: []string{"file://"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Listen(tt.o)
			if err == nil {
				d.Close()
				t.Fatal("was taken")
			}
			if !errors.Is(err, ErrOptions) {
				t.Errorf("got %v, which is not ErrOptions", err)
			}
			if o := tt.o.Token; len(o) > 5 && strings.Contains(err.Error(), o[:6]) {
				t.Errorf("the error shows the token: %v", err)
			}
		})
	}
}

func TestURL(t *testing.T) {
	wildcard := func(port uint16, secure bool, hosts ...string) string {
		d := open(t, Options{Listen: "0.0.0.0:0", Hosts: hosts, SelfSigned: secure})
		return d.urlAt(port)
	}
	for _, tt := range []struct{ name, got, want string }{
		{"a name", wildcard(8080, false, "box.example"), "http://box.example:8080/"},
		{"a name with the port of a proxy", wildcard(8080, true, "box.example:8443"), "https://box.example:8443/"},
		{"the default port", wildcard(80, false, "box.example"), "http://box.example/"},
		{"the default port of TLS", wildcard(443, true, "box.example"), "https://box.example/"},
		{"the other scheme's default port", wildcard(443, false, "box.example"), "http://box.example:443/"},
		{"an address of IPv6", wildcard(80, false, "[2001:db8::1]"), "http://[2001:db8::1]/"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	d := open(t, Options{Listen: "127.0.0.1:0", Hosts: []string{"box.example"}})
	if want := "http://" + d.Addr().String() + "/"; d.URL() != want {
		t.Errorf("a loopback address: got %q, want %q", d.URL(), want)
	}
	d = open(t, Options{Listen: "0.0.0.0:0"})
	host, _, _ := strings.Cut(strings.TrimPrefix(d.URL(), "http://"), ":")
	if ip, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !ip.IsGlobalUnicast()) {
		t.Errorf("all addresses: got %q, which nobody else can open", d.URL())
	}
}
