package postprocess

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// track is one input with its stages, and the last of them: from opened frames
// it makes those of the output.
type track struct {
	in     Input
	codec  *codec
	rate   int
	clean  bool
	report *TrackReport

	reader    *mjr.PartsReader
	packets   *packetOpener // nil without a per-packet scheme
	reorder   *stream.Reorder
	assembled *assembler
	frames    frameReader

	started bool  // video: there was a key frame
	zero    int64 // its time
	dirty   bool  // and since the last one something is missing

	media.Frame // the frame at hand; PTS is from the recording's first packet
	have        bool
	end         time.Duration // of what was written
}

// newTrack reads the header of an input and puts the stages together. Its
// error is the reason to leave the track out, or a *ReadError.
func newTrack(in Input, o Options, seen *decrypt.Seen, report *TrackReport) (*track, error) {
	t := &track{in: in, clean: o.Clean, report: report}
	r, err := openInput(in)
	if err != nil {
		return nil, err
	}
	report.Header = r.Header
	t.reader = r
	if r.Empty() {
		return t, ErrNoFrames
	}
	if t.codec, err = supported(r.Header, in); err != nil {
		return t, err
	}
	c, _ := mjr.LookupCodec(t.codec.name)
	t.rate = c.ClockRate
	var src mjr.PacketReader = r
	if in.PacketOpener != nil {
		t.packets = &packetOpener{src: r, o: in.PacketOpener}
		src = t.packets
	}
	t.reorder = stream.NewReorder(src, stream.Options{Window: o.Window, ClockRate: t.rate})
	t.assembled = newAssembler(t.reorder, t.codec, r.Header, in, o, &report.Frames)
	t.frames = &opener{
		src:    t.assembled,
		o:      in.Opener,
		seen:   seen,
		clear:  in.Clear,
		rate:   t.rate,
		report: &report.Frames,
	}
	if t.codec.layers {
		t.frames = &pictures{src: t.frames, report: &report.Frames, max: o.maxFrame()}
	}
	return t, nil
}

// openInput reads the header of an input.
func openInput(in Input) (*mjr.PartsReader, error) {
	src := &notingReader{r: in.R}
	parts := make([]mjr.Part, len(in.Parts))
	for i, p := range in.Parts {
		parts[i] = mjr.Part{Name: p.Name, R: &notingReader{r: p.R}}
	}
	r, err := mjr.NewPartsReader(mjr.Part{Name: in.Name, R: src}, parts...)
	if err == nil {
		return r, nil
	}
	if src.err != nil {
		return nil, &ReadError{in.Name, src.err}
	}
	for _, p := range parts {
		if failed := p.R.(*notingReader).err; failed != nil {
			return nil, &ReadError{p.Name, failed}
		}
	}
	return nil, err
}

// partName names the part that is being read.
func (t *track) partName() string {
	if n := t.reader.Part(); n > 0 {
		return t.in.Parts[n-1].Name
	}
	return t.in.Name
}

// notingReader remembers an error of the input's bytes.
type notingReader struct {
	r   io.Reader
	err error
}

func (r *notingReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

// supported finds the codec of a recording, if its frames can be put together.
func supported(h mjr.Header, in Input) (*codec, error) {
	if h.Kind == mjr.Data {
		return nil, &media.UnsupportedError{
			What: "a data channel in a media file",
			Hint: "its messages are not media: leave the recording out, or look at it with \"mjr info\"",
		}
	}
	c, ok := findCodec(h.Codec)
	switch {
	case h.Codec == "":
		return nil, &media.UnsupportedError{What: "a recording whose header names no codec"}
	case !ok:
		return nil, &media.UnsupportedError{What: fmt.Sprintf("codec %q", h.Codec)}
	case c.rebuilt && in.Opener != nil:
		return nil, &media.UnsupportedError{
			What: fmt.Sprintf("%s encrypted by frame", c.name),
			Hint: "its RTP format takes frames apart, and ciphertext with them; per-packet schemes can be opened",
		}
	}
	return c, nil
}

// next reads the next frame of the output.
func (t *track) next() error {
	t.have = false
	for {
		f, err := t.frames.readFrame()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				err = &ReadError{t.partName(), err}
			}
			return err
		}
		if t.usable(&f) {
			t.PTS = ticks(f.time, t.rate)
			t.Data = f.data
			t.Duration = 0
			if t.codec.duration != nil {
				t.Duration, _ = t.codec.duration(f.data)
			}
			t.have = true
			return nil
		}
	}
}

// usable decides whether a frame goes into the output, and counts it if not.
func (t *track) usable(f *frame) bool {
	r := &t.report.Frames
	if f.red {
		block, ok := primary(f.data)
		if !ok {
			r.Malformed++
			return false
		}
		f.data = block
	}
	if len(f.data) == 0 {
		r.Empty++
		return false
	}
	if t.codec.look == nil {
		t.Key = true
		return true
	}
	return t.usableVideo(f)
}

// usableVideo: a decoder can start at a key frame only, and with some codecs
// frames that are shown before it come after it.
func (t *track) usableVideo(f *frame) bool {
	r := &t.report.Frames
	p := t.codec.look(f.data)
	t.Key = p.Key
	if p.Key {
		t.report.KeyFrames++
	}
	if !t.started && p.Key {
		t.started, t.zero = true, f.time
		t.report.Width, t.report.Height = max(p.Width, f.width), max(p.Height, f.height)
	} else if f.lost {
		t.dirty = true
	}
	if p.Key {
		t.dirty = false
	}
	switch {
	case !t.started || f.time < t.zero:
		r.BeforeKey++
	case t.clean && t.dirty:
		r.Unclean++
	default:
		return true
	}
	return false
}

// finish completes the report when no more is read.
func (t *track) finish() {
	r := t.report
	r.Parts = t.reader.Reports()
	r.File = r.Parts[0].Report
	if t.packets != nil {
		r.Opening = t.packets.report
	}
	if t.reorder != nil {
		r.Packets = t.reorder.Report()
		r.RTP = ticks(r.Packets.LastTime-r.Packets.FirstTime, t.rate)
		r.Wall = r.Packets.LastArrival - r.Packets.FirstArrival
	}
	if o, ok := t.in.Opener.(interface{ Tries() int64 }); ok {
		r.Frames.Tries = o.Tries()
	}
	r.Frames.Unwritten = 0
	r.Frames.Unwritten = r.Frames.Begun - r.Frames.accounted()
}

// why tells why no frame of a track could be used, by what became of most.
func why(r *TrackReport) error {
	f, p := &r.Frames, &r.Opening
	auth := f.NotAuth + p.NotAuth
	missing := sumIDs(f.NoKey, f.NoKeyMore) + sumIDs(p.NoKey, p.NoKeyMore)
	plain := f.Malformed + f.Clear + p.Malformed + p.Clear
	switch most := max(auth, missing, plain); {
	case f.BeforeKey > 0:
		return ErrNoKeyFrame
	case most == 0:
		return ErrNoFrames
	case most == auth:
		return ErrWrongKey
	case most == missing:
		return missingKeys(f.NoKey, p.NoKey)
	}
	return ErrNotEncrypted
}

// start is when the frame at hand is due in the session, before the smallest
// start became zero.
func (t *track) start() time.Duration { return t.report.Offset + t.PTS }
