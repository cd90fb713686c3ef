package record

import (
	"encoding/binary"
	"net"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// controlSize has room for the count of dropped packets, and for others that
// the kernel may add.
const controlSize = 128

// tune asks for a receive buffer and for the count of packets that did not fit
// into it. It returns how large the buffer is.
func tune(conn *net.UDPConn, size int) (int, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		// The first may exceed rmem_max, and needs CAP_NET_ADMIN.
		if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, size) != nil {
			failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, size)
		}
		if failed == nil {
			failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1)
		}
		if failed == nil {
			size, failed = unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF)
			size /= 2 // the kernel doubles it for its own records, socket(7)
		}
	})
	if err != nil {
		return 0, err
	}
	return size, failed
}

// kernelDrops finds how many packets the kernel dropped since the socket was
// opened, if it says.
func kernelDrops(ancillary []byte) (uint32, bool) {
	for len(ancillary) >= unix.CmsgLen(0) {
		h, data, rest, err := unix.ParseOneSocketControlMessage(ancillary)
		if err != nil {
			return 0, false
		}
		if h.Level == unix.SOL_SOCKET && h.Type == unix.SO_RXQ_OVFL && len(data) >= 4 {
			return binary.NativeEndian.Uint32(data), true
		}
		ancillary = rest
	}
	return 0, false
}

// allKernelDrops asks how many packets the kernel dropped since the socket was
// opened. It is the count of kernelDrops, which comes with packets alone: what
// was dropped behind the last of them is told here only.
func allKernelDrops(conn *net.UDPConn) (uint32, bool) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, false
	}
	// Linux, include/uapi/linux/sock_diag.h: an array, of which kernels before
	// 4.12 have nothing.
	const drops, vars = 8, 9 // SK_MEMINFO_DROPS, SK_MEMINFO_VARS
	var info [vars]uint32
	size := uint32(unsafe.Sizeof(info))
	var failed syscall.Errno
	err = raw.Control(func(fd uintptr) {
		_, _, failed = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	})
	if err != nil || failed != 0 || size <= drops*4 {
		return 0, false
	}
	return info[drops], true
}
