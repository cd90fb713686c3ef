package door

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
)

// hostPort is a Host header taken apart: a name in lower case or an address.
type hostPort struct {
	name string     // "" for an address
	ip   netip.Addr // not valid for a name
	port uint16     // 0 if there was none
}

// parseHost reads name, 192.0.2.1 or [2001:db8::1], with :port or without. It
// takes no other form: not [fe80::1%eth0], not 127.1, not "name.".
func parseHost(text string) (hostPort, bool) {
	host, service := text, ""
	if i := strings.LastIndexByte(text, ':'); i > strings.LastIndexByte(text, ']') {
		host, service = text[:i], text[i+1:]
		if service == "" {
			return hostPort{}, false
		}
	}
	var h hostPort
	if service != "" {
		n, err := strconv.ParseUint(service, 10, 16)
		if err != nil || n == 0 || service[0] == '0' || service[0] == '+' {
			return hostPort{}, false
		}
		h.port = uint16(n)
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		ip, err := netip.ParseAddr(inner)
		if !ok || err != nil || !ip.Is6() || ip.Zone() != "" {
			return hostPort{}, false
		}
		h.ip = ip
		return h, true
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is4() {
		h.ip = ip
		return h, true
	}
	h.name = strings.ToLower(host)
	return h, isName(h.name)
}

func (h hostPort) String() string {
	host := h.name
	if h.ip.IsValid() {
		host = h.ip.String()
	}
	switch {
	case h.port != 0:
		return net.JoinHostPort(host, strconv.Itoa(int(h.port)))
	case strings.Contains(host, ":"):
		return "[" + host + "]"
	}
	return host
}

// isName reports whether text, in lower case, is the name of a host. A last
// label of digits makes browsers read the whole as an address (WHATWG URL,
// section 3.5), so it is none.
func isName(text string) bool {
	if text == "" || len(text) > 253 {
		return false
	}
	last := ""
	for label := range strings.SplitSeq(text, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			c := label[i]
			if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
				return false
			}
		}
		last = label
	}
	if strings.HasPrefix(last, "0x") {
		return false
	}
	return strings.ContainsFunc(last, func(r rune) bool { return r < '0' || r > '9' })
}

// parseHosts reads Options.Hosts.
func parseHosts(list []string) ([]hostPort, error) {
	var hosts []hostPort
	for _, text := range list {
		h, ok := parseHost(text)
		if !ok {
			return nil, fmt.Errorf("%w: host %q: a name or an address is wanted, with a port or without", ErrOptions, text)
		}
		hosts = append(hosts, h)
	}
	return hosts, nil
}

var (
	loopback4 = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	loopback6 = netip.IPv6Loopback()
)

// knows judges the Host of a request.
func (d *Door) knows(r *http.Request) bool {
	h, ok := parseHost(r.Host)
	if !ok {
		return false
	}
	for _, k := range d.hosts {
		if k.name == h.name && k.ip == h.ip && (k.port != 0 && k.port == h.port || k.port == 0 && d.ours(h.port)) {
			return true
		}
	}
	if !d.ours(h.port) {
		return false
	}
	if h.name != "" {
		return h.name == "localhost" || h.name == d.address.host
	}
	if h.ip == loopback4 || h.ip == loopback6 {
		return true
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && h.ip == addrPort(local).Addr()
}

// ours reports whether a port is the bound one, or was left out.
func (d *Door) ours(port uint16) bool { return port == 0 || port == d.port() }
