package record

import (
	"fmt"
	"net"
	"net/netip"
)

// receiveBuffer is what a socket asks for. Where it is short, packets are lost
// in bursts and when the machine is busy: at 100,000 packets a second, one of
// 208 KiB (Linux's default) lost a tenth of them, and one of 8 MiB none.
const receiveBuffer = 8 << 20

// socket receives on one address.
type socket struct {
	conn    *net.UDPConn
	asked   netip.AddrPort
	ifname  string // that receives a group
	media   []int
	outlets []*outlet
	waiting []*early
	rtcp    bool   // and nothing else
	drops   uint32 // by the kernel, as it counts them
	warning string
}

// listen opens a socket, and joins its group where the address is multicast.
func listen(addr netip.AddrPort, ifname string) (*socket, error) {
	conn, err := listenConn(addr, ifname)
	if err != nil {
		return nil, err
	}
	s := &socket{conn: conn, asked: addr, ifname: ifname}
	size, err := tune(conn, receiveBuffer)
	switch {
	case err != nil:
		s.warning = fmt.Sprintf("receive buffer of %v: %v", addr, err)
	case size < receiveBuffer:
		s.warning = fmt.Sprintf("receive buffer of %v is %d KiB, not %d: packets may be lost in bursts; raise it with sysctl net.core.rmem_max=%d",
			addr, size>>10, receiveBuffer>>10, receiveBuffer)
	}
	return s, nil
}

func listenConn(addr netip.AddrPort, ifname string) (*net.UDPConn, error) {
	if !addr.Addr().IsMulticast() {
		network := "udp"
		if addr.Addr().Is4() {
			network = "udp4" // else 0.0.0.0 is taken for all addresses of IPv6, too
		}
		return net.ListenUDP(network, net.UDPAddrFromAddrPort(addr))
	}
	if ifname == "" {
		ifname = addr.Addr().Zone()
	}
	if ifname == "" {
		return listenGroup(addr, 0)
	}
	ifi, err := net.InterfaceByName(ifname)
	if err != nil {
		return nil, fmt.Errorf("interface %q: %w", ifname, err)
	}
	return listenGroup(addr, ifi.Index)
}

// addr is where to send to: what was asked for, which the system may tell in
// other words, and the port that it chose if none was.
func (s *socket) addr() netip.AddrPort {
	return netip.AddrPortFrom(s.asked.Addr(), uint16(s.conn.LocalAddr().(*net.UDPAddr).Port))
}

// is reports whether the socket receives at an address.
func (s *socket) is(addr netip.AddrPort, ifname string) bool {
	return s.addr() == addr && (s.ifname == ifname || !addr.Addr().IsMulticast())
}
