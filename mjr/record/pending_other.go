//go:build !linux && !darwin

package record

import "net"

// pending is not known.
func pending(*net.UDPConn) bool { return false }
