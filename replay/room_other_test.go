//go:build !linux

package replay

import "github.com/pion/transport/v4"

// makeRoom makes a socket's receive buffer large.
func makeRoom(conn transport.UDPConn, size int) error { return conn.SetReadBuffer(size) }
