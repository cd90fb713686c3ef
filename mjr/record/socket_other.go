//go:build !linux

package record

import "net"

const controlSize = 0

// tune asks for a receive buffer. Whether it was granted is not known.
func tune(conn *net.UDPConn, size int) (int, error) { return size, conn.SetReadBuffer(size) }

func kernelDrops([]byte) (uint32, bool) { return 0, false }

func allKernelDrops(*net.UDPConn) (uint32, bool) { return 0, false }
