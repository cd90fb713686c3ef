package record

import (
	"net"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// listenGroup receives what is sent to a multicast group on an interface; 0 is
// the one that the routes choose. Package net would bind the port of all
// addresses: other groups that anybody on this machine joined would come, and
// unicast.
func listenGroup(to netip.AddrPort, ifindex int) (*net.UDPConn, error) {
	conn, err := groupConn(to, ifindex)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "udp", Addr: net.UDPAddrFromAddrPort(to), Err: err}
	}
	return conn, nil
}

func groupConn(to netip.AddrPort, ifindex int) (*net.UDPConn, error) {
	family := unix.AF_INET6
	if to.Addr().Is4() {
		family = unix.AF_INET
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	f := os.NewFile(uintptr(fd), "group")
	defer f.Close() // the connection has a descriptor of its own
	// Others may have joined the group, too.
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1); err != nil {
		return nil, os.NewSyscallError("setsockopt", err)
	}
	if family == unix.AF_INET {
		err = joinIPv4(fd, to, ifindex)
	} else {
		err = joinIPv6(fd, to, ifindex)
	}
	if err != nil {
		return nil, err
	}
	c, err := net.FilePacketConn(f)
	if err != nil {
		return nil, err
	}
	return c.(*net.UDPConn), nil
}

// IP_MULTICAST_ALL and its like are on by default: what other sockets joined
// on other interfaces would come. Kernels that do not know them go without.
func joinIPv4(fd int, to netip.AddrPort, ifindex int) error {
	group := to.Addr().As4()
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MULTICAST_ALL, 0)
	if err := unix.Bind(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: group}); err != nil {
		return os.NewSyscallError("bind", err)
	}
	return os.NewSyscallError("join group", unix.SetsockoptIPMreqn(fd, unix.IPPROTO_IP, unix.IP_ADD_MEMBERSHIP,
		&unix.IPMreqn{Multiaddr: group, Ifindex: int32(ifindex)}))
}

func joinIPv6(fd int, to netip.AddrPort, ifindex int) error {
	group := to.Addr().As16()
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MULTICAST_ALL, 0)
	if err := unix.Bind(fd, &unix.SockaddrInet6{Port: int(to.Port()), Addr: group, ZoneId: uint32(ifindex)}); err != nil {
		return os.NewSyscallError("bind", err)
	}
	return os.NewSyscallError("join group", unix.SetsockoptIPv6Mreq(fd, unix.IPPROTO_IPV6, unix.IPV6_JOIN_GROUP,
		&unix.IPv6Mreq{Multiaddr: group, Interface: uint32(ifindex)}))
}
