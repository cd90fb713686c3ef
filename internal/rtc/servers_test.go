package rtc

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/turn/v5"
)

// relaying is a TURN server on this machine, over UDP and TCP.
func relaying(t *testing.T, user, password string) (udp, tcp net.Addr) {
	t.Helper()
	packets, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stream, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	here := &turn.RelayAddressGeneratorStatic{RelayAddress: net.IPv4(127, 0, 0, 1), Address: "127.0.0.1"}
	s, err := turn.NewServer(turn.ServerConfig{
		Realm: "test", LoggerFactory: quiet{},
		AuthHandler: func(r *turn.RequestAttributes) (string, []byte, bool) {
			return user, turn.GenerateAuthKey(user, "test", password), r.Username == user
		},
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: packets, RelayAddressGenerator: here}},
		ListenerConfigs:   []turn.ListenerConfig{{Listener: stream, RelayAddressGenerator: here}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return packets.LocalAddr(), stream.Addr()
}

// typed are the lines of a description without the candidates of other types.
func typed(sdp, kind string) (string, int) {
	var lines []string
	n := 0
	for _, l := range strings.Split(sdp, "\r\n") {
		if strings.HasPrefix(l, "a=candidate:") {
			if !strings.Contains(l, " typ "+kind) {
				continue
			}
			n++
		}
		lines = append(lines, l)
	}
	return strings.Join(lines, "\r\n"), n
}

// Peers that have no other way to each other connect over a TURN server.
func TestRelayed(t *testing.T) {
	udp, tcp := relaying(t, "user", "secret")
	for _, c := range []struct{ name, url string }{
		{"UDP", "turn:" + udp.String()},
		{"TCP", "turn:" + tcp.String() + "?transport=tcp"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e, err := NewEngine(Config{Loopback: true, Servers: []ICEServer{{URLs: []string{c.url}, Username: "user", Credential: "secret"}}})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			from, offer, err := e.Offer(t.Context(), camera[:1], nil)
			if err != nil {
				t.Fatal(err)
			}
			relayed, n := typed(offer, "relay")
			if n == 0 {
				t.Fatalf("no relayed candidate in\n%s", offer)
			}
			to, answer, err := engine(t).Receive(t.Context(), relayed, ReceiveOptions{Track: func(*InTrack) {}})
			if err != nil {
				t.Fatal(err)
			}
			if err := from.Answer(answer); err != nil {
				t.Fatal(err)
			}
			wait(t, "the connection", to.Connected())
		})
	}
}

func TestReflexive(t *testing.T) {
	udp, _ := relaying(t, "user", "secret")
	e, err := NewEngine(Config{Loopback: true, Servers: []ICEServer{{URLs: []string{"stun:" + udp.String()}}}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	_, offer, err := e.Offer(t.Context(), camera[:1], nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, n := typed(offer, "srflx"); n == 0 {
		t.Errorf("no candidate of a STUN server in\n%s", offer)
	}
}

// A server that does not answer holds up nobody for long.
func TestSilentServer(t *testing.T) {
	silence, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silence.Close()
	address := silence.LocalAddr().String()
	told := make(chan string, 10)
	e, err := NewEngine(Config{Loopback: true, Warn: func(text string) { told <- text }, Servers: []ICEServer{
		{URLs: []string{"stun:" + address}, Username: "user", Credential: "s3cret"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	e.gatherFor = 10 * time.Millisecond
	for range 2 {
		_, answer, err := e.Receive(t.Context(), only(chromium(t, "publish"), ""), ReceiveOptions{Track: func(*InTrack) {}})
		if err != nil {
			t.Fatal(err)
		}
		if _, n := typed(answer, "host"); n == 0 {
			t.Error("the answer lacks candidates")
		}
	}
	if text := arrives(t, "a warning", told); !strings.Contains(text, address) || strings.Contains(text, "s3cret") {
		t.Errorf("warned %q", text)
	}
	if len(told) > 0 {
		t.Errorf("warned again: %q", <-told)
	}
}

// A TURN server that does not relay is told of, once and without its secret;
// one that does, and a STUN server, are not.
func TestNoRelay(t *testing.T) {
	udp, _ := relaying(t, "user", "secret")
	for _, c := range []struct {
		name, url, credential string
		warns                 bool
	}{
		{"a wrong credential", "turn:" + udp.String(), "wr0ng", true},
		{"the right one", "turn:" + udp.String(), "secret", false},
		{"STUN", "stun:" + udp.String(), "wr0ng", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			told := make(chan string, 10)
			e, err := NewEngine(Config{Loopback: true, Warn: func(text string) { told <- text }, Servers: []ICEServer{
				{URLs: []string{c.url}, Username: "user", Credential: c.credential},
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			e.gatherFor = patience
			for range 2 {
				if _, _, err := e.Receive(t.Context(), only(chromium(t, "publish"), ""), ReceiveOptions{Track: func(*InTrack) {}}); err != nil {
					t.Fatal(err)
				}
			}
			if len(told) != map[bool]int{true: 1}[c.warns] {
				t.Fatalf("warned %d times", len(told))
			}
			if !c.warns {
				return
			}
			if text := <-told; !strings.Contains(text, udp.String()) || strings.Contains(text, c.credential) || strings.Contains(text, "user ") {
				t.Errorf("warned %q", text)
			}
		})
	}
}

func TestBadConfig(t *testing.T) {
	for _, c := range []struct {
		name   string
		config Config
	}{
		{"no URL", Config{Servers: []ICEServer{{URLs: []string{"example.org"}, Credential: "s3cret"}}}},
		{"a website", Config{Servers: []ICEServer{{URLs: []string{"https://example.org"}, Credential: "s3cret"}}}},
		{"TURN without a user", Config{Servers: []ICEServer{{URLs: []string{"turn:example.org"}, Credential: "s3cret"}}}},
		{"TURN without a credential", Config{Servers: []ICEServer{{URLs: []string{"turn:example.org"}, Username: "user"}}}},
		{"a port that is taken", Config{Loopback: true, UDPPort: taken(t)}},
		{"a host no address leads to", Config{Loopback: true, Hosts: []netip.Addr{{}}}},
	} {
		e, err := NewEngine(c.config)
		if err == nil {
			e.Close()
			t.Errorf("%s: no error", c.name)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error %q shows the credential", c.name, err)
		}
	}
	s := ICEServer{URLs: []string{"turn:example.org"}, Username: "user", Credential: "s3cret"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(verb, Config{Servers: []ICEServer{s}}); strings.Contains(text, "s3cret") {
			t.Errorf("%s shows the credential: %s", verb, text)
		}
	}
}

// taken is a port at which both loopback addresses are in use.
func taken(t *testing.T) int {
	t.Helper()
	four, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { four.Close() })
	port := four.LocalAddr().(*net.UDPAddr).Port
	if six, err := net.ListenUDP("udp6", &net.UDPAddr{IP: net.IPv6loopback, Port: port}); err == nil {
		t.Cleanup(func() { six.Close() })
	}
	return port
}
