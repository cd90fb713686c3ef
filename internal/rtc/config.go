package rtc

import (
	"errors"
	"fmt"
	"net/netip"
)

// ErrOffer says that a session description cannot be answered, or makes no
// sense.
var ErrOffer = errors.New("bad session description")

// ErrCodec says that the two sides have no codec in common.
var ErrCodec = errors.New("no common codec")

// ErrClosed says that an Engine or a Peer was closed.
var ErrClosed = errors.New("closed")

// Config of an Engine. The zero value serves all addresses of this machine.
type Config struct {
	// UDPPort is that of all peers; 0 takes a free one.
	UDPPort int
	// Hosts are the addresses that candidates name instead of this machine's:
	// of the router before it, which maps them one to one.
	Hosts []netip.Addr
	// Loopback serves this machine alone: what comes from any other is not
	// heard.
	Loopback bool
	// Servers find the address that others see (STUN), or relay (TURN).
	Servers []ICEServer
	// Warn is told of what ends nothing, but should be known. nil is silence.
	Warn func(text string)
}

func (c Config) warn(format string, a ...any) {
	if c.Warn != nil {
		c.Warn(fmt.Sprintf(format, a...))
	}
}
