package record

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/mjr"
)

// maxTries is how often in a row a connection is made again that does not come
// to stand. Each time the wait before it is twice as long.
const maxTries = 5

// record records streams of one publisher, until they end. If the connection
// fails, and the publisher stays, there is another one. What comes over that
// is recorded as of another publisher: files that were closed are whole.
func (f *following) record(p *feed, who janus.Publisher, mids []string) {
	wait := goodbye
	for tries := 1; ; tries++ {
		flowed, err := f.receive(p, who, mids)
		if err == nil {
			return
		}
		// Janus may hang up before it tells that the publisher went.
		if flowed {
			tries, wait = 0, goodbye
		}
		select {
		case <-p.ctx.Done():
			return
		case <-time.After(wait):
		}
		wait *= 2
		err = fmt.Errorf("publisher %s (%q): %w", who.ID, who.Display, err)
		f.mu.Lock()
		if f.first == nil {
			f.first = err
		}
		f.mu.Unlock()
		if !passes(err) || tries == maxTries {
			if f.j.options.Feed != "" {
				f.cancel()
			} else {
				f.r.options.Warn(err.Error())
			}
			return
		}
		f.r.options.Warn(fmt.Sprintf("%v: connecting again", err))
		if p.recorded.Load() {
			p = &feed{number: f.number(), ctx: p.ctx, gone: p.gone}
		}
	}
}

var (
	// ErrPeer says that media ceased to come over a peer connection.
	ErrPeer = errors.New("the peer connection with janus ended")

	errHungUp = errors.New("janus hung up")
)

// passes reports whether an error is of the network, or of a Janus that is
// busy, so that it can be gone the next time.
func passes(err error) bool {
	for _, e := range []error{ErrPeer, errHungUp, janus.ErrSilent, janus.ErrDetached} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// receive subscribes to streams, and writes what comes, if media flowed at all.
func (f *following) receive(p *feed, who janus.Publisher, mids []string) (up bool, err error) {
	encrypted := false
	tell := func(change int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.up += change; p.up == max(change, 0) { // the first came, or the last went
			f.j.options.Notify(JanusPublisher{
				Number: p.number, ID: who.ID.String(), Display: who.Display,
				Encrypted: encrypted || f.r.options.Encrypted, Gone: change < 0,
			})
		}
	}
	defer func() {
		if up {
			tell(-1) // the files are whole
		}
	}()
	ctx, stop := context.WithCancelCause(p.ctx)
	defer stop(nil)
	sub, err := f.j.room.Subscribe(ctx, who.ID, mids...)
	if err != nil {
		return false, err
	}
	defer func() {
		bye, stop := context.WithTimeout(context.Background(), goodbye)
		defer stop()
		_ = sub.Close(bye) // it is over, whatever Janus says
	}()
	encrypted = sub.Offer.E2EE || f.j.e2ee.Required
	var media gate
	peer, answer, err := f.j.options.Engine.Receive(ctx, sub.Offer.SDP, rtc.ReceiveOptions{Track: func(t *rtc.InTrack) {
		if !media.enter() {
			return
		}
		defer media.leave()
		if err := f.write(p, t, trackOf(p, who, sub, encrypted, t)); err != nil {
			stop(err)
		}
	}})
	if err != nil {
		return false, err
	}
	defer media.close()
	defer peer.Close()
	if err := sub.Start(ctx, answer); err != nil {
		return false, err
	}
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop(nil)
	watching.Go(func() {
		select {
		case <-peer.Done():
			stop(errors.Join(ErrPeer, peer.Err()))
		case <-ctx.Done():
		}
	})
	for {
		e, err := sub.Next(ctx)
		if err != nil {
			return up, err
		}
		switch e.Kind {
		case janus.WebRTCUp:
			if !up {
				up = true
				tell(+1)
			}
		case janus.HangUp:
			return up, fmt.Errorf("%w: %q", errHungUp, e.Reason)
		}
	}
}

// gate counts who is inside. A peer starts what reads its media, and does not
// wait for it.
type gate struct {
	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup
}

func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.closed {
		g.inside.Add(1)
	}
	return !g.closed
}

func (g *gate) leave() { g.inside.Done() }

// close lets nobody in any more, and waits until all are out.
func (g *gate) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.inside.Wait()
}

// write records one medium until it ends. What MJR files have no place for is
// left out, and named.
func (f *following) write(p *feed, in *rtc.InTrack, t Track) error {
	file, err := f.r.Open(t)
	var header *mjr.HeaderError
	if errors.As(err, &header) {
		f.r.options.Warn(fmt.Sprintf("publisher %d: %s %q left out: %v", t.Publisher+1, in.Kind, in.MID, err))
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	p.recorded.Store(true)
	f.live.Add(1)
	in.OnSenderReport(file.SenderReport)
	dead := false
	buf := make([]byte, mjr.MaxPacket+1) // what is longer is counted as such
	for !dead {
		n, err := in.ReadRTP(buf)
		if err != nil {
			break
		}
		dead = file.WriteRTP(buf[:n], time.Now()) != nil // the recorder tells why
	}
	for range in.Foreign() {
		file.otherPacket()
	}
	if f.live.Add(-1) == 0 && dead {
		f.cancel()
	}
	return nil
}

// trackOf is what is known of a medium that Janus sends: of the peer
// connection, of the subscription, and of the publisher's own session.
func trackOf(p *feed, who janus.Publisher, sub *janus.Subscription, e2ee bool, in *rtc.InTrack) Track {
	t := Track{
		Index: in.Index, Kind: mjr.Audio, Codec: in.Codec, Fmtp: in.Fmtp, MID: in.MID, RID: in.RID,
		ClockRate: in.ClockRate, PayloadType: in.PayloadType, REDType: in.REDType, Extensions: in.Extensions,
	}
	if in.Kind == mjr.Video.String() {
		t.Kind = mjr.Video
	}
	t.Publisher, t.Encrypted, t.Description = p.number, e2ee, who.Display
	i := slices.IndexFunc(sub.Streams, func(s janus.Subscribed) bool { return s.MID == in.MID })
	if i < 0 {
		return t
	}
	k := slices.IndexFunc(who.Streams, func(s janus.Stream) bool { return s.MID == sub.Streams[i].FeedMID })
	if k >= 0 {
		t.MID = who.Streams[k].MID
		if in.Changes == 0 {
			t.Index = who.Streams[k].Index
		}
		if text := who.Streams[k].Description; text != "" {
			t.Description = text
		}
	}
	return t
}
