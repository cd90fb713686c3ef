package postprocess

import (
	"errors"
	"io"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// interleaver is the stage that makes one stream of several tracks: the next
// due first.
type interleaver struct {
	tracks []*track
	zero   time.Duration // when the first frame of all is due
	last   *track        // gave the last frame, which is valid until the next
	err    error         // of one track; the others give what they have
}

// prime reads until every track has its first frame. Those that have none are
// taken out.
func (i *interleaver) prime() error {
	kept := i.tracks[:0]
	for _, t := range i.tracks {
		switch err := t.next(); {
		case err == nil:
			kept = append(kept, t)
		case !errors.Is(err, io.EOF):
			return err
		default:
			t.finish()
			t.report.Left, t.report.Why = true, why(t.report)
		}
	}
	i.tracks = kept
	return nil
}

// start numbers the tracks, and makes the first frame of all due at 0.
func (i *interleaver) start() {
	for n, t := range i.tracks {
		t.Track = n
		if n == 0 || t.start() < i.zero {
			i.zero = t.start()
		}
	}
}

// media describes the tracks by their headers and first frames.
func (i *interleaver) media() []media.Track {
	var created time.Time
	for _, t := range i.tracks {
		if u := t.report.Header.FirstFrame; !u.IsZero() && !t.report.Unrelated {
			created = u.Add(i.zero - t.report.Offset - t.report.Sync.Early)
			break
		}
	}
	var tracks []media.Track
	for _, t := range i.tracks {
		c, _ := mjr.LookupCodec(t.codec.name)
		h := t.report.Header
		tracks = append(tracks, media.Track{
			Kind:       c.Kind,
			Codec:      c.Name,
			ClockRate:  c.ClockRate,
			Channels:   c.Channels,
			Width:      t.report.Width,
			Height:     t.report.Height,
			FirstFrame: t.Data,
			Created:    created,
			Name:       h.Description,
			Comment:    string(h.Raw),
		})
	}
	return tracks
}

// ReadFrame returns the frame that is due next. After an error of one track it
// returns the frames that the others hold, and then the error.
func (i *interleaver) ReadFrame() (media.Frame, error) {
	if i.last != nil && i.err == nil {
		if err := i.last.next(); err != nil && !errors.Is(err, io.EOF) {
			i.err = err
		}
	}
	i.last = nil
	for _, t := range i.tracks {
		if t.have && (i.last == nil || t.start() < i.last.start()) {
			i.last = t
		}
	}
	if i.last == nil {
		if i.err != nil {
			return media.Frame{}, i.err
		}
		return media.Frame{}, io.EOF
	}
	i.last.have = false
	f := i.last.Frame
	f.PTS = max(i.last.start()-i.zero, 0)
	return f, nil
}
