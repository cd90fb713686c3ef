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
	media   []int
	outlets []*outlet
	rtcp    bool   // and nothing else
	drops   uint32 // by the kernel, as it counts them
	warning string
}

// listen opens a socket, and joins its group where the address is multicast.
func listen(addr netip.AddrPort, ifname string) (*socket, error) {
	var conn *net.UDPConn
	var err error
	to := net.UDPAddrFromAddrPort(addr)
	if addr.Addr().IsMulticast() {
		var ifi *net.Interface
		if ifname != "" {
			if ifi, err = net.InterfaceByName(ifname); err != nil {
				return nil, fmt.Errorf("interface %q: %w", ifname, err)
			}
		}
		conn, err = net.ListenMulticastUDP("udp", ifi, to)
	} else {
		conn, err = net.ListenUDP("udp", to)
	}
	if err != nil {
		return nil, err
	}
	s := &socket{conn: conn}
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

func (s *socket) local() netip.AddrPort {
	a := s.conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}
