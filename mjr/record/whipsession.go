package record

import (
	"errors"
	"fmt"
	"sync"

	"github.com/mjrkit/mjrkit/internal/rtc"
)

// whipSession is a publisher who came over WHIP. It is what whip.Server closes.
type whipSession struct {
	*rtc.Peer // once made is closed
	w         *WHIP
	encrypted bool
	made      chan struct{}

	closing sync.Once
	mu      sync.Mutex
	running sync.WaitGroup // tracks; none begins after closed
	closed  bool
	begun   bool // number is its own
	number  int
	files   []*File
	err     error // of a file
}

// Close ends the session, and returns when its files are whole.
func (p *whipSession) Close() error {
	err := p.Peer.Close()
	p.closing.Do(func() {
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		p.running.Wait()
		if p.begun {
			p.w.left(p)
		}
	})
	return err
}

// track records one medium until the session is over.
func (p *whipSession) track(t *rtc.InTrack) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.running.Add(1)
	p.mu.Unlock()
	defer p.running.Done()
	f, err := p.open(t)
	if err != nil {
		p.w.warn(fmt.Sprintf("a publisher's %s is not recorded: %v", t.Kind, err))
		p.end(err)
		return
	}
	if err := f.receive(t); err != nil {
		p.end(err)
	}
}

// open makes the file of a medium.
func (p *whipSession) open(t *rtc.InTrack) (*File, error) {
	track := negotiated(t)
	track.Encrypted = p.encrypted
	p.mu.Lock()
	first := !p.begun
	f, err := p.w.open(p, track)
	p.mu.Unlock()
	if err == nil && first {
		p.w.options.Changed(PublisherChange{Publisher: p.number, Encrypted: p.encrypted})
	}
	return f, err
}

// end ends the session because of an error. Those of the peer's own end are
// none.
func (p *whipSession) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil || errors.Is(err, ErrClosed) {
		return
	}
	p.err = err
	p.running.Go(func() { // the peer waits for none of its tracks, but says that they must not wait for it
		<-p.made
		p.Peer.Close()
	})
}
