package postprocess

import (
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// codec is all that the post-processor knows of a codec.
type codec struct {
	name string
	// unpack makes what rebuilds frames from payloads; nil: every payload is
	// a frame.
	unpack func() unpacker
	// marks: the descriptor marks the start of a frame. Otherwise a frame
	// after a gap has lost its beginning, unless starts says of its first
	// payload that nothing can have been before it.
	marks  bool
	starts func(payload []byte) bool
	// rebuilt: RTP carries the parts of a frame, not its bytes in a row, so
	// ciphertext does not survive it.
	rebuilt bool
	// layers: the spatial layers of a picture are frames of their own, to be
	// joined after they were opened.
	layers bool
	// look reads a plain frame of video, duration one of audio.
	look     func([]byte) picture
	duration func([]byte) (time.Duration, bool)
}

// codecs has one row a codec.
var codecs = []codec{
	{name: "opus", duration: media.OpusDuration},
	{name: "multiopus"},
	{name: "pcmu"},
	{name: "pcma"},
	{name: "g711"},
	{name: "g722"},
	{name: "l16"},
	{name: "l16-48"},
	{name: "vp8", unpack: newStrip, marks: true, look: lookVP8},
	{name: "vp9", unpack: newStrip, marks: true, layers: true, look: lookVP9},
	{name: "h264", unpack: newH264, starts: startsH264, look: lookH264},
	{name: "av1", unpack: newAV1, starts: startsAV1, rebuilt: true, look: lookAV1},
}

// findCodec finds the row of a codec by its name in a recording's header.
func findCodec(name string) (*codec, bool) {
	for i := range codecs {
		if codecs[i].name == name {
			return &codecs[i], true
		}
	}
	return nil, false
}

// unpacker rebuilds the frames of one codec. An error says that the frame
// cannot be rebuilt.
type unpacker interface {
	// begin starts a frame on dst.
	begin(dst []byte) []byte
	// add appends what the next payload holds of the frame.
	add(dst, payload []byte, d stream.Descriptor) ([]byte, error)
	// end is called behind the last payload.
	end() error
}

// assembler is the stage that puts frames together from packets. It reads the
// RTP header and the payload descriptor, never the media, which may be
// ciphertext: the frame comes out byte for byte as the sender's transform
// left it. Only whole frames come out: from their start to their end with no
// packet missing.
type assembler struct {
	src    stream.Reader
	codec  *codec
	unpack unpacker
	meta   decrypt.Meta // what is the same for all frames
	red    uint8        // payload type of RED; 0 is none
	filter decrypt.PacketFilter
	max    int // bytes of a frame
	report *FrameReport

	packet stream.Packet // read, and not part of a frame yet
	have   bool
	err    error

	source  int  // of the packet before
	started bool // there was one

	cur      frame
	buf      []byte
	open     bool // cur has begun
	broken   bool // and cannot become whole
	injected bool // and the server made it
	lost     bool // something is missing since the last whole frame
}

// newAssembler puts together the frames of a recording with header h.
func newAssembler(src stream.Reader, c *codec, h mjr.Header, in Input, o Options, report *FrameReport) *assembler {
	a := &assembler{src: src, codec: c, filter: in.Filter, max: o.maxFrame(), report: report}
	a.meta = decrypt.Meta{Kind: decrypt.Video, Codec: c.name}
	if c.unpack != nil {
		a.unpack = c.unpack()
		return a
	}
	a.meta.Kind = decrypt.Audio
	if h.REDType > 0 && h.REDType < 128 {
		a.red = uint8(h.REDType)
	}
	return a
}

func (a *assembler) readFrame() (frame, error) {
	for {
		if !a.have {
			if a.err != nil {
				return frame{}, a.err
			}
			a.packet, a.err = a.src.ReadPacket()
			if a.err != nil {
				a.finish(false) // nobody saw its end
				continue
			}
			a.have = true
		}
		if f, ok := a.step(); ok {
			return f, nil
		}
	}
}

// step takes the packet at hand, or ends the frame before it and leaves the
// packet for the next call.
func (a *assembler) step() (frame, bool) {
	p := &a.packet
	same := a.started && p.Source == a.source
	gap := same && p.Missing > 0
	if a.unpack == nil {
		a.take(p, same, gap)
		return a.single(p)
	}
	d, err := stream.ParseDescriptor(a.codec.name, p.Payload, p.Header.Marker)
	if a.open && !(same && a.belongs(p, d)) {
		// The frame had no marker. It is whole if its packets are followed by
		// those of the next one.
		if f, ok := a.finish(same && !gap); ok {
			return f, true
		}
	}
	a.take(p, same, gap)
	if !a.open {
		a.begin(p, d)
		a.broken = !a.startsWhole(p, d, gap)
	}
	a.add(p, d, err)
	if p.Header.Marker || err == nil && d.End {
		a.cur.last = p.Header.Marker
		return a.finish(true)
	}
	return frame{}, false
}

// take makes p the packet before the next one.
func (a *assembler) take(p *stream.Packet, same, gap bool) {
	if gap {
		a.broken = true
	}
	if gap || a.started && !same {
		a.lost = true
	}
	a.source, a.started = p.Source, true
	a.have = false
}

// belongs tells whether p is of the frame in the making, or what is left of
// it.
func (a *assembler) belongs(p *stream.Packet, d stream.Descriptor) bool {
	return p.Time == a.cur.time &&
		!(a.codec.marks && d.Start) &&
		!(d.VP9.Layered && d.Spatial != a.cur.spatial)
}

// startsWhole tells whether p, the first packet that is there of its frame,
// is its first.
func (a *assembler) startsWhole(p *stream.Packet, d stream.Descriptor, gap bool) bool {
	if !d.Start {
		return false
	}
	return a.codec.marks || !gap || a.codec.starts(p.Payload)
}

func (a *assembler) begin(p *stream.Packet, d stream.Descriptor) {
	a.report.Begun++
	a.open, a.injected = true, false
	a.cur = frame{
		time:    p.Time,
		meta:    a.meta,
		source:  p.Source,
		layered: d.VP9.Layered,
		spatial: d.Spatial,
		above:   d.VP9.InterLayer,
	}
	a.cur.meta.SSRC, a.cur.meta.Timestamp = p.Header.SSRC, p.Header.Timestamp
	if s := d.Spatial & 7; d.VP9.HasStructure {
		a.cur.width, a.cur.height = int(d.VP9.Widths[s]), int(d.VP9.Heights[s])
	}
	if a.unpack != nil {
		a.buf = a.unpack.begin(a.buf[:0])
	}
}

// add appends p to the frame in the making, unless that is lost already.
func (a *assembler) add(p *stream.Packet, d stream.Descriptor, err error) {
	if a.filter != nil && a.filter.Injected(p.Payload, a.cur.meta) {
		a.injected = true
	}
	if a.broken || a.injected {
		return
	}
	switch d.Key {
	case stream.IsKey:
		a.cur.meta.Type = decrypt.KeyFrame
	case stream.IsDelta:
		if a.cur.meta.Type == decrypt.Unknown {
			a.cur.meta.Type = decrypt.DeltaFrame
		}
	}
	if err == nil {
		a.buf, err = a.unpack.add(a.buf, p.Payload, d)
	}
	a.broken = err != nil || len(a.buf) > a.max
}

// single makes a frame of one packet.
func (a *assembler) single(p *stream.Packet) (frame, bool) {
	a.begin(p, stream.Descriptor{})
	a.injected = a.filter != nil && a.filter.Injected(p.Payload, a.cur.meta)
	a.broken = len(p.Payload) > a.max
	a.cur.red = a.red != 0 && p.Header.PayloadType == a.red
	a.cur.last = true
	f, ok := a.finish(true)
	f.data = p.Payload
	return f, ok
}

// finish ends the frame in the making, and counts it if it does not pass.
func (a *assembler) finish(ended bool) (frame, bool) {
	if !a.open {
		return frame{}, false
	}
	a.open = false
	if a.unpack != nil && a.unpack.end() != nil {
		ended = false
	}
	switch {
	case a.injected:
		a.report.Injected++
		return frame{}, false
	case a.broken || !ended:
		a.report.Incomplete++
		a.lost = true
		return frame{}, false
	case a.unpack != nil && len(a.buf) == 0:
		a.report.Empty++
		return frame{}, false
	}
	f := a.cur
	f.data, f.lost = a.buf, a.lost
	a.lost = false
	return f, true
}
