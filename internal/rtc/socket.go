package rtc

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/pion/ice/v4"
)

// socketBuffer is what a socket is asked to hold, in bytes: it serves all
// peers. The operating system may give less, and what that loses is repaired.
const socketBuffer = 4 << 20

// place is an address of this machine that is listened at.
type place struct {
	ip    netip.Addr
	hosts []string     // that candidates name instead; none is the address itself
	only  []netip.Addr // from which is heard; none is everybody
}

// listen opens a socket at each place, all with one port if that can be: a mux
// has to know from which address it sends.
func listen(c Config, places []place) (ice.UDPMux, error) {
	var muxes []ice.UDPMux
	var first error
	port := c.UDPPort
	for _, p := range places {
		if p.only != nil && len(muxes) == 0 {
			break // the loopback addresses themselves are of no use
		}
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: p.ip.AsSlice(), Port: port})
		if err != nil && c.UDPPort == 0 && len(muxes) > 0 { // somebody has it here
			conn, err = net.ListenUDP("udp", &net.UDPAddr{IP: p.ip.AsSlice()})
		}
		if err != nil {
			// An address can be there and not be of use yet, or any more.
			first = cmp.Or(first, err)
			continue
		}
		_ = conn.SetReadBuffer(socketBuffer)
		_ = conn.SetWriteBuffer(socketBuffer)
		port = conn.LocalAddr().(*net.UDPAddr).Port
		params := ice.UDPMuxParams{UDPConn: conn, Logger: silent{}}
		if p.only != nil {
			params.UDPConn = &localConn{conn, p.only}
		}
		muxes = append(muxes, ice.NewUDPMuxDefault(params))
	}
	switch {
	case len(muxes) == 0:
		return nil, cmp.Or(first, errNoAddress)
	case first != nil && !c.Loopback:
		c.warn("media cannot be received at every address of this machine: %v", first)
	}
	return ice.NewMultiUDPMuxDefault(muxes...), nil
}

var errNoAddress = errors.New("this machine has no address")

// places are where to listen. With Hosts they are where a router sends what
// comes for these, and no other: Pion binds a candidate that several addresses
// have in common to the first of them.
func (c Config) places() ([]place, error) {
	own, err := addresses(c.Loopback)
	if err != nil {
		return nil, err
	}
	var all []place
	if len(c.Hosts) == 0 {
		for _, ip := range own {
			all = append(all, place{ip: ip})
		}
		if c.Loopback {
			all = append(all, localPlaces()...)
		}
		return all, nil
	}
	for _, h := range c.Hosts {
		ip, ok := behind(h.Unmap(), own)
		if !ok {
			return nil, fmt.Errorf("%w that %s could lead to", errNoAddress, h)
		}
		i := slices.IndexFunc(all, func(p place) bool { return p.ip == ip })
		if i < 0 {
			i = len(all)
			all = append(all, place{ip: ip})
		}
		all[i].hosts = append(all[i].hosts, h.Unmap().String())
	}
	return all, nil
}

// behind finds the address of this machine that an outer address leads to: if
// it is none of its own, the one from which there is a way to it.
func behind(host netip.Addr, own []netip.Addr) (netip.Addr, bool) {
	if !host.IsValid() {
		return netip.Addr{}, false
	}
	if slices.Contains(own, host) || host.IsLoopback() {
		return host, true
	}
	like := func(ip netip.Addr) bool { return ip.Is4() == host.Is4() }
	if c, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(host, 9))); err == nil { // sends nothing
		defer c.Close()
		from := c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap()
		if slices.Contains(own, from) && like(from) {
			return from, true
		}
	}
	for _, loopback := range []bool{false, true} {
		for _, ip := range own {
			if like(ip) && ip.IsLoopback() == loopback {
				return ip, true
			}
		}
	}
	return netip.Addr{}, false
}

// addresses are those of this machine that peers can be told of.
func addresses(loopback bool) ([]netip.Addr, error) {
	if loopback {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var ips []netip.Addr
	for _, a := range all {
		n, ok := a.(*net.IPNet)
		if !ok {
			continue
		}
		// Those of one link need a zone, which candidates do not have.
		if ip, ok := netip.AddrFromSlice(n.IP); ok && !ip.IsLinkLocalUnicast() {
			ips = append(ips, ip.Unmap())
		}
	}
	return ips, nil
}
