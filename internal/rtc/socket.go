package rtc

import (
	"cmp"
	"errors"
	"net"

	"github.com/pion/ice/v4"
)

// listen opens a socket at each address of this machine, all with one port if
// that can be: a mux has to know from which address it sends.
func listen(c Config) (ice.UDPMux, error) {
	addrs, err := addresses(c.Loopback)
	if err != nil {
		return nil, err
	}
	var muxes []ice.UDPMux
	var first error
	port := c.UDPPort
	for _, ip := range addrs {
		conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: ip, Port: port})
		if err != nil && c.UDPPort == 0 && len(muxes) > 0 { // somebody has it here
			conn, err = net.ListenUDP("udp", &net.UDPAddr{IP: ip})
		}
		if err != nil {
			// An address can be there and not be of use yet, or any more.
			first = cmp.Or(first, err)
			continue
		}
		port = conn.LocalAddr().(*net.UDPAddr).Port
		muxes = append(muxes, ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: conn, Logger: silent{}}))
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

// addresses are those of this machine that peers can be told of.
func addresses(loopback bool) ([]net.IP, error) {
	if loopback {
		return []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, nil
	}
	all, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var ips []net.IP
	for _, a := range all {
		// Those of one link need a zone, which candidates do not have.
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLinkLocalUnicast() {
			ips = append(ips, n.IP)
		}
	}
	return ips, nil
}
