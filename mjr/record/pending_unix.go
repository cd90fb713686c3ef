//go:build linux || darwin

package record

import (
	"errors"
	"net"

	"golang.org/x/sys/unix"
)

// pending reports whether the kernel has a datagram for a socket, whatever
// deadline there is for reading it.
func pending(conn *net.UDPConn) bool {
	raw, err := conn.SyscallConn()
	if err != nil {
		return false
	}
	there := false
	err = raw.Control(func(fd uintptr) {
		for {
			poll := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			n, err := unix.Poll(poll, 0)
			if errors.Is(err, unix.EINTR) {
				continue
			}
			there = err == nil && n > 0 && poll[0].Revents&unix.POLLIN != 0
			return
		}
	})
	return err == nil && there
}
