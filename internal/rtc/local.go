package rtc

import (
	"net"
	"net/netip"
	"slices"
)

// localPlaces are the outer addresses of this machine, of which each is heard
// from this machine alone: Firefox has no connections to loopback addresses
// (media.peerconnection.ice.loopback), so that it needs another to reach us.
func localPlaces() []place {
	own, err := addresses(false)
	if err != nil {
		return nil
	}
	own = slices.DeleteFunc(own, netip.Addr.IsLoopback)
	var all []place
	for _, ip := range own {
		all = append(all, place{ip: ip, only: own})
	}
	return all
}

// localConn is a socket that hears some addresses alone. Where these are this
// machine's own nobody else can take one on: an answer would not find the way
// back, and Linux drops such packets at the door.
type localConn struct {
	*net.UDPConn
	only []netip.Addr
}

func (c *localConn) hears(from netip.AddrPort) bool {
	return slices.Contains(c.only, from.Addr().Unmap())
}

// ReadFromAddrPort and WriteToAddrPort are what Pion's mux prefers, as they
// allocate nothing.
func (c *localConn) ReadFromAddrPort(b []byte) (int, netip.AddrPort, error) {
	for {
		n, from, err := c.ReadFromUDPAddrPort(b)
		if err != nil || c.hears(from) {
			return n, from, err
		}
	}
}

func (c *localConn) WriteToAddrPort(b []byte, to netip.AddrPort) (int, error) {
	return c.WriteToUDPAddrPort(b, to)
}

// ReadFrom is what a net.PacketConn has instead.
func (c *localConn) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.ReadFromAddrPort(b)
	if err != nil {
		return n, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}
