package record

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// UDP receives plain RTP.
type UDP struct {
	media   []Media
	sockets []*socket
}

// ListenUDP opens the sockets for media, of which several can share one. So
// what is sent from now on is received, and an address that is taken is known
// before anything is recorded.
//
// A multicast group is received on its interface. On systems other than Linux
// all else that is sent to its port comes, too.
func ListenUDP(media []Media) (*UDP, error) {
	u := &UDP{media: media}
	for i, m := range media {
		addr := netip.AddrPortFrom(m.Addr.Addr().Unmap(), m.Addr.Port())
		if s := u.find(addr, m.Interface); s != nil {
			s.media = append(s.media, i)
			continue
		}
		s, err := listen(addr, m.Interface)
		if err != nil {
			u.Close()
			return nil, err
		}
		s.media = []int{i}
		u.sockets = append(u.sockets, s)
	}
	return u, nil
}

func (u *UDP) find(addr netip.AddrPort, ifname string) *socket {
	for _, s := range u.sockets {
		if s.is(addr, ifname) {
			return s
		}
	}
	return nil
}

// Addr is where to send a medium to, by its place in the list.
func (u *UDP) Addr(medium int) netip.AddrPort {
	for _, s := range u.sockets {
		for _, i := range s.media {
			if i == medium {
				return s.addr()
			}
		}
	}
	return netip.AddrPort{}
}

// Close closes the sockets. Run does it, too.
func (u *UDP) Close() {
	for _, s := range u.sockets {
		s.conn.Close()
	}
}

// Run records until ctx is done, or until no file takes any more packets: the
// recorder tells why.
func (u *UDP) Run(ctx context.Context, r *Recorder) error {
	defer u.Close()
	outlets, err := openOutlets(r, u.media)
	if err != nil {
		return err
	}
	for _, s := range u.sockets {
		for _, i := range s.media {
			s.outlets = append(s.outlets, outlets[i])
		}
		if s.warning != "" {
			r.options.Warn(s.warning)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	for _, s := range u.control(r) {
		wg.Go(func() { s.receive(ctx) }) // without it, only sender reports are missing
	}
	errs := make(chan error, len(u.sockets))
	for _, s := range u.sockets {
		wg.Go(func() { errs <- s.receive(ctx) })
	}
	for range u.sockets {
		if e := <-errs; e != nil && err == nil {
			err = e
			cancel()
		}
	}
	cancel()
	wg.Wait()
	return err
}

// control opens the sockets for RTCP that does not come with the media.
func (u *UDP) control(r *Recorder) []*socket {
	var all []*socket
	for _, s := range u.sockets {
		addr := s.addr()
		port := u.media[s.media[0]].RTCPPort
		if port == 0 {
			port = addr.Port() + 1
		}
		addr = netip.AddrPortFrom(addr.Addr(), port)
		if port == 0 || u.find(addr, s.ifname) != nil {
			continue
		}
		c, err := listen(addr, s.ifname)
		if err != nil {
			r.options.Warn(fmt.Sprintf("no sender reports for lip-sync: %v", err))
			continue
		}
		c.outlets, c.rtcp = s.outlets, true
		all = append(all, c)
	}
	return all
}

// What the kernel has is recorded after the end, until nothing came for a
// while. A sender that goes on does not hold the end up: after drainMost it is
// when the kernel has nothing, or has given more packets than its buffer held
// at the end. It counts at least 512 bytes for each, in a buffer that it makes
// twice as large as was asked for.
const (
	drainIdle    = 20 * time.Millisecond
	drainMost    = 500 * time.Millisecond
	drainPackets = 2 * receiveBuffer / 512
)

// longestDatagram has room for all that UDP carries. Packets of media that long
// are not recorded, but RTCP may be long, and on Windows a datagram that is
// longer than the buffer is an error.
const longestDatagram = 1<<16 - 1

// receive reads the socket until ctx is done, or until no file takes more.
func (s *socket) receive(ctx context.Context) error {
	defer s.conn.Close()
	defer s.droppedLast()
	defer s.flush()
	var end atomic.Int64 // when to stop for lack of packets; 0 is not yet
	stop := context.AfterFunc(ctx, func() {
		end.Store(time.Now().Add(drainMost).UnixNano())
		s.conn.SetReadDeadline(time.Now().Add(drainIdle))
	})
	defer stop()
	buf, control := make([]byte, longestDatagram), make([]byte, controlSize)
	for left := drainPackets; left > 0; {
		n, m, _, _, err := s.conn.ReadMsgUDPAddrPort(buf, control)
		most := end.Load()
		at := time.Now()
		switch {
		case err == nil:
			if !s.take(buf[:n], control[:m], at) {
				return nil
			}
		case most == 0 || !isTimeout(err):
			return fmt.Errorf("receive at %v: %w", s.addr(), err)
		case !pending(s.conn): // a deadline that passed before the read hides what there is
			return nil
		}
		if most == 0 {
			continue
		}
		if at.UnixNano() > most && !pending(s.conn) {
			return nil
		}
		left--
		s.conn.SetReadDeadline(time.Now().Add(drainIdle))
	}
	return nil
}

// take gives a datagram to the file that wants it; false if there is none left
// that takes any.
func (s *socket) take(datagram, ancillary []byte, at time.Time) bool {
	if total, ok := kernelDrops(ancillary); ok {
		s.dropped(total)
	}
	switch {
	case isRTCP(datagram):
		control(s.outlets, datagram, at)
	case s.rtcp:
	case !isRTP(datagram):
		refuse(s.outlets, datagram, at)
	default:
		s.deliver(datagram, at)
		return !allDead(s.outlets)
	}
	return true
}

// droppedLast counts what the kernel dropped behind the last packet.
func (s *socket) droppedLast() {
	if total, ok := allKernelDrops(s.conn); ok {
		s.dropped(total)
	}
}

// dropped takes what the kernel counts of dropped packets. No count is older
// than the one before.
func (s *socket) dropped(total uint32) {
	if n := total - s.drops; n > 0 && !s.rtcp { // the kernel's count wraps
		s.outlets[0].file.kernelDrops(int64(n))
	}
	s.drops = total
}

func isTimeout(err error) bool {
	e, ok := err.(net.Error)
	return ok && e.Timeout() || os.IsTimeout(err)
}
