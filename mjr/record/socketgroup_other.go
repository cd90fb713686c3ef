//go:build !linux

package record

import (
	"net"
	"net/netip"
)

// listenGroup receives what is sent to a multicast group on an interface; 0 is
// the one that the system chooses. Whatever else is sent to the same port of
// this machine comes, too.
func listenGroup(to netip.AddrPort, ifindex int) (*net.UDPConn, error) {
	var ifi *net.Interface
	if ifindex != 0 {
		var err error
		if ifi, err = net.InterfaceByIndex(ifindex); err != nil {
			return nil, err
		}
	}
	return net.ListenMulticastUDP("udp", ifi, net.UDPAddrFromAddrPort(to))
}
