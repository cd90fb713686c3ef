package replay

import (
	"errors"
	"syscall"

	"github.com/pion/transport/v4"
	"golang.org/x/sys/unix"
)

// makeRoom makes a socket's receive buffer large, larger than others may.
func makeRoom(conn transport.UDPConn, size int) error {
	var failed error
	socket, ok := conn.(syscall.Conn)
	if !ok {
		return errors.New("no socket of the operating system")
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	err = raw.Control(func(fd uintptr) {
		if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size) != nil {
			failed = conn.SetReadBuffer(size)
		}
	})
	return errors.Join(err, failed)
}
