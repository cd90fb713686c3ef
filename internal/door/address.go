package door

import (
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// address is where to listen.
type address struct {
	host     string // as given; "" for the loopback addresses
	port     uint16
	loopback bool // reachable from this machine only
	wildcard bool // all addresses of the machine
}

// parseAddress reads host:port. A host that is a name is listened on as it
// resolves, and counts as reachable from elsewhere, "localhost" excepted.
func parseAddress(text string) (address, error) {
	if text == "" {
		text = ":0"
	}
	host, service, err := net.SplitHostPort(text)
	if err != nil {
		return address{}, fmt.Errorf("%w: address %q: host:port is wanted", ErrOptions, text)
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return address{}, fmt.Errorf("%w: address %q: port %q", ErrOptions, text, service)
	}
	a := address{host: strings.ToLower(host), port: uint16(port)}
	ip, err := netip.ParseAddr(host)
	switch {
	case host == "" || a.host == "localhost":
		a.host, a.loopback = "", true
	case err == nil:
		a.loopback, a.wildcard = ip.Unmap().IsLoopback(), ip.Unmap().IsUnspecified()
		a.host = ip.String()
	case !isName(a.host):
		return address{}, fmt.Errorf("%w: address %q: host %q", ErrOptions, text, host)
	}
	return a, nil
}

// listen binds. Where host is "", both loopback addresses are bound at one
// port, so that localhost is us whatever it resolves to; of a machine that
// lacks one of them, the other.
func (a address) listen() ([]net.Listener, error) {
	if a.host != "" {
		l, err := net.Listen("tcp", net.JoinHostPort(a.host, strconv.Itoa(int(a.port))))
		if err != nil {
			return nil, err
		}
		return []net.Listener{l}, nil
	}
	var hosts []string
	var missing error
	for _, h := range []string{"127.0.0.1", "::1"} {
		l, err := net.Listen("tcp", net.JoinHostPort(h, "0"))
		if err != nil {
			missing = err
			continue
		}
		l.Close()
		hosts = append(hosts, h)
	}
	if len(hosts) == 0 {
		return nil, missing
	}
	// A port that is free on one may be taken on the other.
	for tries := 0; ; tries++ {
		list, err := listenAll(hosts, a.port)
		if err == nil || a.port != 0 || tries == 20 {
			return list, err
		}
	}
}

// listenAll binds the same port on every host: port, or where that is 0 the one
// that the first host gets.
func listenAll(hosts []string, port uint16) ([]net.Listener, error) {
	var list []net.Listener
	for _, h := range hosts {
		l, err := net.Listen("tcp", net.JoinHostPort(h, strconv.Itoa(int(port))))
		if err != nil {
			closeAll(list)
			return nil, err
		}
		list = append(list, l)
		port = portOf(l.Addr())
	}
	return list, nil
}

func closeAll(list []net.Listener) {
	for _, l := range list {
		l.Close()
	}
}

func portOf(a net.Addr) uint16 { return addrPort(a).Port() }

// addrPort is the address of a TCP socket, IPv4 as such and without a zone.
func addrPort(a net.Addr) netip.AddrPort {
	t, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.AddrPort{}
	}
	p := t.AddrPort()
	return netip.AddrPortFrom(p.Addr().Unmap().WithZone(""), p.Port())
}
