package record

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"maps"
	"net/netip"
	"slices"
)

// Pcap takes RTP from a capture in the format of pcap or pcapng, also one that
// gzip has packed. Received time is that of the capture.
//
// A medium is found by its payload type, and by its port if it has one. Where
// it has no port, and no SSRC, the first SSRC that comes is taken: captures
// have both directions of a call, often with the same payload types. What the
// others sent is in FileReport.Others.
type Pcap struct {
	c     *capture
	media []Media
	flows flows
}

var errAnyType = errors.New("a capture has many streams: give the payload type, as in opus@111")

// NewPcap reads the head of a capture; the error is ErrNotCapture where it is
// none.
func NewPcap(r io.Reader, media []Media) (*Pcap, error) {
	for _, m := range media {
		if m.AnyType {
			return nil, &SyntaxError{m.Track.Codec, errAnyType.Error()}
		}
	}
	c, err := newCapture(r)
	if err != nil {
		return nil, err
	}
	return &Pcap{c: c, media: media}, nil
}

// Run records all of the capture. A *CaptureError says that it could not be
// read to its end: where ctx ended first, it wraps the cause of that.
func (p *Pcap) Run(ctx context.Context, r *Recorder) error {
	outlets, err := openOutlets(r, p.media)
	if err != nil {
		return err
	}
	for !allDead(outlets) {
		if ctx.Err() != nil {
			return &CaptureError{p.c.report.Frames + 1, context.Cause(ctx)}
		}
		d, at, err := p.c.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		rtp, rtcp := p.c.rtp(d)
		if rtcp {
			control(outlets, d.payload, at)
		}
		if !rtp {
			continue
		}
		i := slices.IndexFunc(outlets, func(o *outlet) bool { return o.inCapture(d) })
		if i < 0 {
			p.leave(outlets, d)
			continue
		}
		outlets[i].write(d.payload, at, true)
	}
	return nil
}

// leave counts RTP that no medium takes: for the one that would have, had it
// not taken another SSRC before, and among the flows.
func (p *Pcap) leave(outlets []*outlet, d datagram) {
	for i, o := range outlets {
		if m := p.media[i]; m.Addr.Port() == 0 && !m.HasSSRC && o.media.typed(d.payload) {
			o.file.otherPacket()
			break
		}
	}
	p.flows.add(d)
}

// typed reports whether a packet has a payload type of this medium.
func (m *Media) typed(packet []byte) bool {
	pt := packet[1] & 0x7F
	return pt == m.Track.PayloadType || m.Track.REDType != 0 && int(pt) == m.Track.REDType
}

// inCapture reports whether a datagram of a capture is of this medium.
func (o *outlet) inCapture(d datagram) bool {
	port := o.media.Addr.Port()
	if port != 0 && port != d.dst.Port() || !o.wants(d.payload) {
		return false
	}
	if port == 0 && !o.media.HasSSRC {
		o.media.HasSSRC, o.media.SSRC = true, binary.BigEndian.Uint32(d.payload[8:])
	}
	return true
}

// Report counts what was read so far.
func (p *Pcap) Report() CaptureReport { return p.c.report }

// Others lists the RTP that was of none of the media.
func (p *Pcap) Others() []Flow { return p.flows.list() }

// Flow is RTP of one payload type from one sender to one address.
type Flow struct {
	Src, Dst    netip.AddrPort
	SSRC        uint32
	PayloadType uint8
	Packets     int64
}

// ScanPcap lists all RTP in a capture, that with the most packets first, up to
// MaxFlows. A *CaptureError comes with what was before it.
func ScanPcap(ctx context.Context, r io.Reader) ([]Flow, CaptureReport, error) {
	c, err := newCapture(r)
	if err != nil {
		return nil, CaptureReport{}, err
	}
	var f flows
	for ctx.Err() == nil {
		d, _, err := c.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return f.list(), c.report, err
		}
		if rtp, _ := c.rtp(d); rtp {
			f.add(d)
		}
	}
	return f.list(), c.report, context.Cause(ctx)
}

// MaxFlows bounds the list of flows; those that come later are not listed.
const MaxFlows = 1000

type flows struct{ m map[Flow]int64 }

func (f *flows) add(d datagram) {
	key := Flow{Src: d.src, Dst: d.dst, SSRC: binary.BigEndian.Uint32(d.payload[8:]), PayloadType: d.payload[1] & 0x7F}
	if f.m == nil {
		f.m = make(map[Flow]int64)
	}
	if n, ok := f.m[key]; ok || len(f.m) < MaxFlows {
		f.m[key] = n + 1
	}
}

func (f *flows) list() []Flow {
	all := slices.Collect(maps.Keys(f.m))
	for i := range all {
		all[i].Packets = f.m[all[i]]
	}
	slices.SortFunc(all, func(a, b Flow) int {
		return cmp.Or(cmp.Compare(b.Packets, a.Packets), cmp.Compare(a.SSRC, b.SSRC), cmp.Compare(a.PayloadType, b.PayloadType),
			a.Src.Compare(b.Src), a.Dst.Compare(b.Dst))
	})
	return all
}
