package replay

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

var (
	// ErrNoRTP says that a recording holds data-channel messages.
	ErrNoRTP = errors.New("a data channel's messages are no RTP")
	// ErrEmpty says that a recording never got a packet.
	ErrEmpty = errors.New("no packets")
)

// Recording is one .mjr file opened for replay, or the parts of one: its
// header, and an index of its packets, 32 bytes each. The packets stay in the
// file, and are read when they are due. It may be used by several goroutines.
type Recording struct {
	Name   string
	Header mjr.Header
	Codec  mjr.Codec
	// File and Packets tell what of the file could not be read, and what
	// became of the packets that could. Parts are the files it was read from,
	// of which File is the sum.
	File    mjr.Report
	Parts   []mjr.PartReport
	Packets stream.Report
	// ByArrival: the timestamps are unusable, and the packets are played by
	// their received times.
	ByArrival bool

	src    *joined
	index  []entry
	keys   []int // the first packets of key frames
	losses []loss
	// first and end are when the media starts and ends, in ticks.
	first, end int64
	// lead is how much earlier than its received times the media started: the
	// packet that was least delayed tells.
	lead time.Duration
}

// entry is what is known of a packet without reading it.
type entry struct {
	offset  int64  // in the file
	time    int64  // in ticks, see stream.Packet.Time
	arrival uint32 // in ms, as stored
	size    uint16 // of the RTP packet
	seq     uint16 // as recorded
	flags   flags
}

// flags of a packet.
type flags uint8

const (
	starts  flags = 1 << iota // first packet of a frame
	ends                      // last packet of a frame
	key                       // decoding can start here; beside starts
	hole                      // something was lost before; beside starts
	broken                    // of a frame that is not whole
	red                       // a RED packet
	untimed                   // has no received time
	unsure                    // behind a loss, and what was lost may have been of its frame
)

func (f flags) has(g flags) bool { return f&g != 0 }

// loss is a hole in the recording.
type loss struct {
	behind  int // the packet behind it
	packets int64
}

// OpenRecording reads a recording through once, and indexes it. The name is
// for errors. r has to stay open while the recording is played.
//
// The error wraps mjr.ErrNotMJR if nothing of r can be read, ErrEmpty, ErrNoRTP,
// or stream.ErrCodec if the codec is unknown: its clock is, then. Where all
// packets were lost to damage Len is 0.
func OpenRecording(r io.ReaderAt, size int64, name string) (*Recording, error) {
	return OpenParts(Part{name, r, size})
}

// load indexes the packets.
func (r *Recording) load(src *partsReader) error {
	if src.Empty() {
		return fmt.Errorf("%s: %w", r.Name, ErrEmpty)
	}
	if src.Header.Kind == mjr.Data {
		return fmt.Errorf("%s: %w", r.Name, ErrNoRTP)
	}
	codec, ok := mjr.LookupCodec(src.Header.Codec)
	if !ok || codec.ClockRate == 0 {
		return fmt.Errorf("%s: %q: %w", r.Name, src.Header.Codec, stream.ErrCodec)
	}
	r.Codec = codec
	if err := r.read(src); err != nil {
		return fmt.Errorf("%s: %w", r.src.parts[src.Part()].Name, err)
	}
	return nil
}

func (r *Recording) read(src *partsReader) error {
	packets := stream.NewReorder(src, stream.Options{ClockRate: r.Codec.ClockRate})
	x := newIndexer(r)
	for {
		p, err := packets.ReadPacket()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		x.add(p)
	}
	x.finish(true)
	r.Parts, r.Packets = src.Reports(), packets.Report()
	r.File = sum(r.Parts)
	r.time()
	return nil
}

// Len is how many packets there are to play.
func (r *Recording) Len() int { return len(r.index) }

// KeyFramesVisible reports whether frames that decoding can start at are known
// without a key. It is always so of audio. Under schemes that encrypt all of
// a VP8 frame it is not; then a Player ignores requests for key frames, goes on
// right behind holes, and a seek sends everything from the start to the
// target as a burst: unless Player.KeyFrameSeen tells it more.
func (r *Recording) KeyFramesVisible() bool { return r.Codec.Kind == mjr.Audio || len(r.keys) > 0 }

// Reader reads the file again from its beginning: every packet as recorded.
func (r *Recording) Reader() (mjr.PacketReader, error) {
	src, err := r.open()
	if err != nil {
		return nil, err
	}
	return src, nil
}

// duration is a number of ticks as time.
func (r *Recording) duration(ticks int64) time.Duration {
	rate := int64(r.Codec.ClockRate)
	return time.Duration(ticks/rate)*time.Second + time.Duration(ticks%rate)*time.Second/time.Duration(rate)
}

// ticks is a time in ticks of the clock.
func (r *Recording) ticks(d time.Duration) int64 {
	rate := int64(r.Codec.ClockRate)
	return int64(d/time.Second)*rate + int64(d%time.Second)*rate/int64(time.Second)
}
