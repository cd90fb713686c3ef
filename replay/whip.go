package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/internal/whip"
)

// ErrLost says that a session ended before the recording did.
var ErrLost = errors.New("the session was lost")

// connectIn is how long a server has to connect after its answer.
const connectIn = 15 * time.Second

// Push is a session that is published to a WHIP server (RFC 9725).
type Push struct {
	player *Player
	peer   *rtc.Peer
	whip   *whip.Session
}

// Publish offers a session to a WHIP server, and connects. It plays sparingly,
// see Options. The Engine stays open.
//
// The error wraps rtc.ErrCodec where a codec cannot be sent, or the server
// takes none of the tracks; ErrLost where no connection came; is a
// *whip.StatusError where the server refuses, or one of the network.
func Publish(ctx context.Context, e *Engine, c *WHIPClient, s *Session, o Options) (*Push, error) {
	o.Sparing = true
	p := &Push{player: NewPlayer(s, o)}
	peer, offer, err := e.Offer(ctx, OutTracks(s), p.player)
	if err != nil {
		return nil, err
	}
	p.peer = peer
	if p.whip, err = c.Publish(ctx, offer); err != nil {
		peer.Close()
		return nil, err
	}
	if err := p.connect(ctx); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Push) connect(ctx context.Context) error {
	if err := p.peer.Answer(p.whip.Answer); err != nil {
		return err
	}
	timer := time.NewTimer(connectIn)
	defer timer.Stop()
	select {
	case <-p.peer.Connected():
		return p.settle(ctx)
	case <-p.peer.Done():
		return p.lost()
	case <-timer.C:
		return fmt.Errorf("%w: no connection within %v", ErrLost, connectIn)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// settle waits until the server is ready, too: see settling.
func (p *Push) settle(ctx context.Context) error {
	select {
	case <-p.peer.Done():
		return p.lost()
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(settling):
		return nil
	}
}

func (p *Push) lost() error {
	if err := p.peer.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	return ErrLost
}

// Player is the one that plays.
func (p *Push) Player() *Player { return p.player }

// Taken tells which tracks the server takes.
func (p *Push) Taken() []Taken { return p.peer.Outs() }

// Play plays to the end, or until ctx does. Where the server ends the session
// before, the error wraps ErrLost.
func (p *Push) Play(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ended := make(chan struct{})
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-p.peer.Done():
			cancel(ErrLost)
		case <-ended:
		}
	}()
	err := p.player.Play(ctx, sinksOf(p.peer.Outs()))
	close(ended)
	<-gone
	select {
	case <-p.peer.Done():
		if err != nil {
			return p.lost()
		}
	default:
	}
	if errors.Is(err, io.ErrClosedPipe) { // it was just about to be done
		return p.lost()
	}
	return err
}

// Close ends the session, and tells the server so. It does not wait for long.
func (p *Push) Close() error {
	err := p.whip.Delete(context.Background())
	if errors.Is(err, whip.ErrNoLocation) {
		err = nil
	}
	return errors.Join(err, p.peer.Close())
}
