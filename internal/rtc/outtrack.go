package rtc

import (
	"errors"
	"strings"
	"sync/atomic"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// OutTrack is one medium to send.
type OutTrack struct {
	Kind       string // "audio" or "video"
	Codec      string // as mjr.LookupCodec knows it
	Fmtp       string // of the recording: the profile of H.264, VP9, AV1
	ClockRate  int    // of the timestamps in Hz
	RED        bool   // RED may be sent as well
	Extensions []string
}

// Out is what was negotiated for an OutTrack.
type Out struct {
	// Sent: the other side takes it. Else nothing else is set.
	Sent        bool
	SSRC        uint32
	PayloadType uint8
	REDType     uint8            // 0: no RED
	Extensions  map[string]uint8 // those wanted that the other side takes, by URI
	// Writer sends the packets, which have to have the numbers above. It keeps
	// nothing of them. It is for one goroutine at a time.
	Writer interface{ WriteRTP(*rtp.Packet) error }
}

// outTrack is what Pion knows as a local track.
type outTrack struct {
	want   OutTrack
	id     string
	stream string // the same for all tracks of a Peer: they are to be kept in step
	out    Out

	writer  webrtc.TrackLocalWriter
	packets atomic.Uint32
	octets  atomic.Uint32
}

func (t *outTrack) ID() string                { return t.id }
func (t *outTrack) RID() string               { return "" }
func (t *outTrack) StreamID() string          { return t.stream } // and the CNAME
func (t *outTrack) Kind() webrtc.RTPCodecType { return webrtc.NewRTPCodecType(t.want.Kind) }

// Bind takes what was negotiated. Pion calls it while it sets a description.
func (t *outTrack) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	var best webrtc.RTPCodecParameters
	found := 0
	for _, p := range c.CodecParameters() {
		_, name, _ := strings.Cut(strings.ToLower(p.MimeType), "/")
		offered := codec{name: name, clock: int(p.ClockRate), channels: int(p.Channels), fmtp: p.SDPFmtpLine}
		if n := fit(offered, t.want); n > found {
			best, found = p, n
		}
	}
	if found == 0 {
		return best, webrtc.ErrUnsupportedCodec
	}
	t.out = Out{
		Sent: true, SSRC: uint32(c.SSRC()), PayloadType: uint8(best.PayloadType),
		Extensions: make(map[string]uint8), Writer: t,
	}
	for _, p := range c.CodecParameters() {
		if t.want.RED && strings.EqualFold(p.MimeType, "audio/red") {
			t.out.REDType = uint8(p.PayloadType)
		}
	}
	for _, x := range c.HeaderExtensions() {
		for _, uri := range t.want.Extensions {
			if x.URI == uri && x.ID > 0 && x.ID < 256 {
				t.out.Extensions[uri] = uint8(x.ID)
			}
		}
	}
	t.writer = c.WriteStream()
	return best, nil
}

func (t *outTrack) Unbind(webrtc.TrackLocalContext) error { return nil }

var errNotSent = errors.New("the track is not sent")

// WriteRTP sends a packet. Before the connection is up it is dropped.
func (t *outTrack) WriteRTP(p *rtp.Packet) error {
	if t.writer == nil {
		return errNotSent
	}
	n, err := t.writer.WriteRTP(&p.Header, p.Payload)
	if n > 0 {
		t.packets.Add(1)
		t.octets.Add(uint32(len(p.Payload)))
	}
	return err
}
