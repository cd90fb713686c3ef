package replay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/internal/rtc"
)

// ErrRoomEnded says that we are not in the room any more.
var ErrRoomEnded = errors.New("the room ended")

// JanusOptions say which room of which Janus to publish in. URL, Room and
// Engine have to be given.
type JanusOptions struct {
	URL           string // ws://HOST:PORT or wss://HOST:PORT
	Secret, Token string // of the API
	Room          string // its id
	PIN           string // of the room
	RoomToken     string // of the room, where it has a list of them
	Display       string // the name that the others in the room see
	Engine        *Engine
}

// Janus is a sink: a Session that is published in a VideoRoom.
type Janus struct {
	session *janus.Session
	room    *janus.Room
	peer    *rtc.Peer
	player  *Player
}

// goodbye is how long Janus has for the end of a session.
const goodbye = 2 * time.Second

// linger is how long the last packets may be on their way, or be asked for
// again: the request to unpublish must not overtake them.
const linger = 300 * time.Millisecond

// PublishJanus enters a room and publishes the tracks of a Session there, as
// end-to-end encrypted if one of them is. It plays sparingly, see Options. ctx
// is for that alone.
//
// What Janus refuses is a *janus.Error. The error wraps rtc.ErrCodec if the
// room takes none of the codecs, ErrLost where no connection came.
func PublishJanus(ctx context.Context, s *Session, o JanusOptions, how Options) (*Janus, error) {
	how.Sparing, how.Linger = true, max(how.Linger, linger)
	session, err := janus.Dial(ctx, janus.Options{URL: o.URL, Secret: o.Secret, Token: o.Token})
	if err != nil {
		return nil, err
	}
	j := &Janus{session: session, player: NewPlayer(s, how)}
	if err := j.publish(ctx, s, o); err != nil {
		j.Close()
		return nil, err
	}
	return j, nil
}

func (j *Janus) publish(ctx context.Context, s *Session, o JanusOptions) error {
	var err error
	j.room, err = j.session.Join(ctx, janus.RoomOptions{Room: o.Room, PIN: o.PIN, Token: o.RoomToken, Display: o.Display})
	if err != nil {
		return err
	}
	var sdp string
	j.peer, sdp, err = o.Engine.Offer(ctx, OutTracks(s), j.player)
	if err != nil {
		return err
	}
	answer, err := j.room.Publish(ctx, janus.JSEP{Type: "offer", SDP: sdp, E2EE: encrypted(s)})
	if err != nil {
		return err
	}
	if err := j.peer.Answer(answer.SDP); err != nil {
		return err
	}
	timer := time.NewTimer(connectIn)
	defer timer.Stop()
	select {
	case <-j.peer.Connected():
		return nil
	case <-j.peer.Done():
		return j.lost()
	case <-timer.C:
		return fmt.Errorf("%w: no connection within %v", ErrLost, connectIn)
	case <-j.session.Done():
		return j.session.Err()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (j *Janus) lost() error {
	if err := j.peer.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrLost, err)
	}
	return ErrLost
}

// Player is the one that plays.
func (j *Janus) Player() *Player { return j.player }

// Sinks are where the tracks go to; those without a Writer the room does not
// take.
func (j *Janus) Sinks() []Sink { return sinksOf(j.peer.Outs()) }

// Play plays the Session in the room, and unpublishes it. It ends early with
// ctx, and with an error when the peer connection or the session with Janus
// does. It can be called once.
func (j *Janus) Play(ctx context.Context) error {
	defer j.Close()
	ctx, stop := context.WithCancelCause(ctx)
	var watching sync.WaitGroup
	defer watching.Wait()
	defer stop(nil)
	watching.Go(func() {
		select {
		case <-j.peer.Done():
			select { // Janus may say why
			case <-ctx.Done():
			case <-time.After(goodbye):
				stop(j.lost())
			}
		case <-ctx.Done():
		}
	})
	watching.Go(func() {
		for {
			c, err := j.room.Next(ctx)
			switch {
			case err != nil:
				stop(err)
				return
			case c.Ended != "":
				stop(fmt.Errorf("%w: %s", ErrRoomEnded, c.Ended))
				return
			}
		}
	})
	if err := j.player.Play(ctx, j.Sinks()); err != nil {
		select {
		case <-j.peer.Done():
			<-ctx.Done()
		default:
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer cancel()
	return j.room.Unpublish(bye)
}

// Close ends publishing, and leaves the room.
func (j *Janus) Close() {
	ctx, stop := context.WithTimeout(context.Background(), goodbye)
	defer stop()
	if j.peer != nil {
		_ = j.peer.Close() // it is over
	}
	_ = j.session.Close(ctx) // whatever Janus says
}

// encrypted reports whether a session is end-to-end encrypted: a room has one
// answer for all media of a publisher.
func encrypted(s *Session) bool {
	return slices.ContainsFunc(s.Tracks(), func(r *Recording) bool { return r.Header.Encrypted || r.Header.PERC })
}
