package rtc

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

var (
	// ErrVanished says that the other side was not heard of any more.
	ErrVanished = errors.New("the other side has vanished")
	// ErrFailed says that no media could flow.
	ErrFailed = errors.New("no connection to the other side came about")
)

// Peer is one WebRTC session. Its methods may be called by any goroutine.
type Peer struct {
	engine   *Engine
	pc       *webrtc.PeerConnection
	outs     []*outTrack
	senders  []sender
	feedback Feedback // of an offer, until its answer is known

	once       sync.Once
	connected  chan struct{}
	mu         sync.Mutex
	done       chan struct{}  // closed with mu
	err        error          // before done is closed
	candidates int            // of the other side
	layers     map[layer]bool // that come
	changes    int            // of codecs, over all media
	stray      sync.Once      // a stream was left out, and it was told
	closing    sync.Once
	running    sync.WaitGroup // what the peer has started
}

// Connected is closed when media can flow.
func (p *Peer) Connected() <-chan struct{} { return p.connected }

// Done is closed when the session is over: closed by either side, failed, or
// the other side has not been heard of for some seconds.
func (p *Peer) Done() <-chan struct{} { return p.done }

// Err is why the session is over, and nil if it was closed or is not over.
func (p *Peer) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Close ends the session, and waits until all of it has ended. It must not be
// called by what the Peer calls.
func (p *Peer) Close() error {
	p.end(nil)
	p.close()
	return nil
}

func (p *Peer) close() {
	p.closing.Do(func() { p.pc.GracefulClose() })
	p.running.Wait()
	p.engine.mu.Lock()
	delete(p.engine.peers, p)
	p.engine.mu.Unlock()
}

// end ends the session, before close waits. The first to end it tells why.
func (p *Peer) end(err error) (first bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
		return false
	default:
		p.err = err
		close(p.done)
		return true
	}
}

// start runs f in a goroutine that close waits for, unless the session is over:
// tracks can begin while it ends.
func (p *Peer) start(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
	default:
		p.running.Go(f)
	}
}

func (p *Peer) state(s webrtc.PeerConnectionState) {
	switch s {
	case webrtc.PeerConnectionStateConnected:
		p.once.Do(func() { close(p.connected) })
	case webrtc.PeerConnectionStateFailed:
		err := ErrFailed
		select {
		case <-p.connected:
			err = ErrVanished
		default:
		}
		p.end(err)
		go p.close() // waits for the one that calls this
	case webrtc.PeerConnectionStateClosed:
		p.end(nil)
		go p.close()
	}
}

// guard turns a panic over somebody else's description into an error.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: it cannot be handled", ErrOffer)
	}
}

// every calls f now and then until the peer is done.
func (p *Peer) every(d time.Duration, f func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-p.done:
			return
		case <-tick.C:
			f()
		}
	}
}

// send sends RTCP. An error is one of the transport, which ends the peer.
func (p *Peer) send(packets ...rtcp.Packet) { _ = p.pc.WriteRTCP(packets) }
