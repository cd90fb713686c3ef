package replay

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/mjr"
)

// UDP is a sink of plain RTP: the tracks of a Session go to ports of one host,
// two apart, as those between are RTCP's.
type UDP struct {
	session *Session
	conn    *net.UDPConn
	to      []netip.AddrPort // by track
	sinks   []Sink
}

// ErrAddress says that an address is not HOST:PORT, or has no ports left for
// all tracks.
var ErrAddress = errors.New("want HOST:PORT, with a port from 1 to 65534 and two more for every further track")

// NewUDP opens a socket to send a Session's tracks to HOST:PORT. Without a
// host it is this machine. The error wraps ErrAddress, or is one of the network.
func NewUDP(ctx context.Context, address string, s *Session) (*UDP, error) {
	to, err := resolve(ctx, address)
	if err != nil {
		return nil, err
	}
	n := len(s.recs)
	if n == 0 {
		return nil, errors.New("a session without tracks")
	}
	if to.Port() == 0 || int(to.Port())+2*(n-1)+1 > 65535 {
		return nil, fmt.Errorf("%q: %w", address, ErrAddress)
	}
	conn, err := net.ListenUDP("udp", nil)
	if err != nil {
		return nil, err
	}
	u := &UDP{session: s, conn: conn}
	for i, r := range s.recs {
		at := netip.AddrPortFrom(to.Addr(), to.Port()+uint16(2*i))
		u.to = append(u.to, at)
		sink := udpSink(r, i)
		sink.Writer = &udpWriter{conn: conn, to: at}
		u.sinks = append(u.sinks, sink)
	}
	return u, nil
}

func resolve(ctx context.Context, address string) (netip.AddrPort, error) {
	host, port, err := net.SplitHostPort(address)
	n, bad := strconv.ParseUint(port, 10, 16)
	if err != nil || bad != nil {
		return netip.AddrPort{}, fmt.Errorf("%q: %w", address, ErrAddress)
	}
	if host == "" {
		host = "127.0.0.1"
	}
	all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	best := all[0]
	for _, a := range all {
		if a.Unmap().Is4() {
			best = a // what a session description is written for most often
			break
		}
	}
	return netip.AddrPortFrom(best.Unmap(), uint16(n)), nil
}

// udpSink chooses what elsewhere is negotiated. Receivers of plain RTP have no
// RED as a rule; where the primary encodings cannot be cut out it is sent all
// the same.
func udpSink(r *Recording, track int) Sink {
	sink := Sink{PayloadType: payloadType(r, track), Extensions: make(map[string]uint8)}
	if r.Header.REDType != 0 && (r.Header.Encrypted || r.Header.PERC) {
		sink.REDType = redTypes + uint8(track%dynamicTypes)
	}
	for _, uri := range forwarded {
		if id := extensionID(r.Header.Extensions, uri); id > 0 && id < 15 {
			sink.Extensions[uri] = id
		}
	}
	return sink
}

// Dynamic payload types (RFC 3551, section 3): half of them for codecs, half
// for RED.
const (
	codecTypes   = 96
	dynamicTypes = 16
	redTypes     = codecTypes + dynamicTypes
)

// payloadType is the static one of a codec (RFC 3551, table 4), or a dynamic
// one.
func payloadType(r *Recording, track int) uint8 {
	switch codecName(r) {
	case "pcmu":
		return 0
	case "pcma":
		return 8
	case "g722":
		return 9
	}
	return codecTypes + uint8(track%dynamicTypes)
}

// codecName is the codec's, with the law of "g711" told by the payload type.
func codecName(r *Recording) string {
	if r.Codec.Name != "g711" {
		return r.Codec.Name
	}
	if r.Packets.Payloads[8] > r.Packets.Payloads[0] {
		return "pcma"
	}
	return "pcmu"
}

// Sinks are for Player.Play.
func (u *UDP) Sinks() []Sink { return u.sinks }

// Addr is where a track is sent to.
func (u *UDP) Addr(track int) netip.AddrPort { return u.to[track] }

// Close closes the socket.
func (u *UDP) Close() error { return u.conn.Close() }

// udpWriter writes the packets of one track. The socket is connected to
// nobody, so that a receiver that is not there yet is no error.
type udpWriter struct {
	conn *net.UDPConn
	to   netip.AddrPort
	buf  []byte

	// For sender reports.
	clock           func(at time.Time) (uint32, bool)
	next            time.Time
	packets, octets uint32
	rtcp            []byte
}

func (w *udpWriter) WriteRTP(p *rtp.Packet) error {
	n := p.MarshalSize()
	if n > len(w.buf) {
		w.buf = make([]byte, max(n, mjr.MaxPacket))
	}
	n, err := p.MarshalTo(w.buf)
	if err != nil {
		return err
	}
	if _, err = w.conn.WriteToUDPAddrPort(w.buf[:n], w.to); err != nil {
		return err
	}
	w.packets++
	w.octets += uint32(len(p.Payload))
	return w.report(p.SSRC)
}
