package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/mjrkit/mjrkit/internal/rtc"
)

// viewer is one session of a Server.
type viewer struct {
	id     string
	number int
	lease  *Lease
	player *Player
	live   bool
	peer   *rtc.Peer
	outs   []rtc.Out
}

// Viewer tells of a session of a Server. Its id is not told: whoever has that
// can control it.
type Viewer struct {
	Number    int    // the first one is 1
	Recording string // its id
	Name      string // of the recording
	Tracks    []ViewerTrack
	// The rest is of viewers who left.
	Connected bool          // or it never came
	Watched   time.Duration // since it connected
	Err       error         // why it ended, if neither side ended it
}

// ViewerTrack is a track of what a viewer watches.
type ViewerTrack struct {
	Name, Kind, Codec string
	Sent              bool // or the viewer has no place for it
	Stats             TrackStats
}

func (s *Server) newViewer(id string, lease *Lease) *viewer {
	o := s.o.Player
	o.Hold = true
	if s.o.Live {
		o = s.live(lease).Options()
	}
	return &viewer{id: id, lease: lease, player: NewPlayer(lease.Session, o), live: s.o.Live}
}

func (s *Server) viewer(id string) (*viewer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.viewers[id]
	return v, ok
}

// serve plays to a viewer until it is gone.
func (s *Server) serve(v *viewer) {
	defer v.lease.Close()
	if s.o.Joined != nil {
		s.o.Joined(v.tell())
	}
	began, err := v.play()
	s.mu.Lock()
	delete(s.viewers, v.id)
	if errors.Is(err, ErrCut) {
		if len(s.cut) == maxCut {
			s.cut = s.cut[1:]
		}
		s.cut = append(s.cut, v.id)
	}
	s.mu.Unlock()
	if s.o.Left == nil {
		return
	}
	told := v.tell()
	told.Err = err
	if told.Connected = !began.IsZero(); told.Connected {
		told.Watched = time.Since(began)
	}
	s.o.Left(told)
}

// settling is how long a viewer has from the connection to the first packet.
// What comes while a browser still sets up its side is lost, and of sound it
// asks for nothing that came before all that it knows.
const settling = 200 * time.Millisecond

// play plays when the viewer is connected, so that its first key frame is not
// lost; it tells when that was.
func (v *viewer) play() (began time.Time, err error) {
	select {
	case <-v.peer.Done():
		return began, v.peer.Err()
	case <-v.peer.Connected():
	}
	select {
	case <-v.peer.Done():
		return began, v.peer.Err()
	case <-time.After(settling):
	}
	began = time.Now()
	err = v.player.Play(until{context.Background(), v.peer.Done()}, sinksOf(v.outs))
	select {
	case <-v.peer.Done():
		return began, v.peer.Err() // and not that nothing can be written to it
	default:
	}
	v.peer.Close()
	if errors.Is(err, io.ErrClosedPipe) { // it was just about to be done
		return began, v.peer.Err()
	}
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrCut, err)
	}
	return began, err
}

// ErrCut says that a recording could not be read further while it was watched.
var ErrCut = errors.New("the recording cannot be read any further")

// maxCut is how many viewers of such recordings are remembered.
const maxCut = 100

// until is a context that ends when a channel is closed.
type until struct {
	context.Context
	done <-chan struct{}
}

func (u until) Done() <-chan struct{} { return u.done }

func (u until) Err() error {
	select {
	case <-u.done:
		return context.Canceled
	default:
		return nil
	}
}

func (v *viewer) tell() Viewer {
	told := Viewer{Number: v.number, Recording: v.lease.ID, Name: v.lease.Name}
	stats := v.player.Stats()
	for i, r := range v.lease.Tracks() {
		told.Tracks = append(told.Tracks, ViewerTrack{r.Name, r.Codec.Kind.String(), codecName(r), v.outs[i].Sent, stats[i]})
	}
	return told
}

// OutTracks are the tracks of a session as they are offered to a peer.
func OutTracks(s *Session) []rtc.OutTrack {
	var all []rtc.OutTrack
	for _, r := range s.Tracks() {
		all = append(all, rtc.OutTrack{
			Kind: r.Codec.Kind.String(), Codec: codecName(r), Fmtp: fmtp(r), ClockRate: r.Codec.ClockRate,
			RED: r.Header.REDType != 0, Extensions: Forwarded(),
		})
	}
	return all
}

// sinksOf are what was negotiated, as a Player wants it.
func sinksOf(outs []rtc.Out) []Sink {
	all := make([]Sink, len(outs))
	for i, o := range outs {
		if o.Sent {
			all[i] = Sink{Writer: o.Writer, SSRC: o.SSRC, PayloadType: o.PayloadType, REDType: o.REDType, Extensions: o.Extensions}
		}
	}
	return all
}

// codecs lists the codecs of a session.
func codecs(s *Session) string {
	var names []string
	for _, r := range s.Tracks() {
		names = append(names, codecName(r))
	}
	return strings.Join(names, ", ")
}
