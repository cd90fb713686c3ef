package record

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// ErrNotCapture says that a file is neither pcap nor pcapng.
var ErrNotCapture = errors.New("not a capture in the format of pcap or pcapng")

// CaptureError is damage in a capture, its end inside a packet, or what kept us
// from reading on. All before it was read.
type CaptureError struct {
	Frame int64 // that was not read, from 1
	Err   error
}

func (e *CaptureError) Error() string {
	return fmt.Sprintf("capture is not read from frame %d on: %v", e.Frame, e.Err)
}

func (e *CaptureError) Unwrap() error { return e.Err }

// CaptureReport counts the frames of a capture. Each one is of one kind.
type CaptureReport struct {
	Frames    int64
	NotUDP    int64
	Fragments int64 // of IP packets: they are not put together
	Cut       int64 // captured without their ends
	NotRTP    int64 // UDP that is neither RTP nor RTCP: STUN, DTLS, …
	RTCP      int64
	RTP       int64
}

// capture reads UDP datagrams from a capture.
type capture struct {
	read   func() ([]byte, gopacket.CaptureInfo, error)
	link   func(gopacket.CaptureInfo) layers.LinkType
	last   time.Time
	report CaptureReport
}

// maxFrame is how long a frame may be, in bytes: what libpcap allows.
const maxFrame = 262144

func newCapture(r io.Reader) (*capture, error) {
	b := bufio.NewReaderSize(r, 256<<10)
	if head, _ := b.Peek(2); string(head) == "\x1f\x8b" { // gzip
		unzip, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotCapture, err)
		}
		b = bufio.NewReaderSize(unzip, 256<<10)
	}
	if head, _ := b.Peek(4); string(head) == "\x0a\x0d\x0d\x0a" { // pcapng
		ng, err := pcapgo.NewNgReader(b, pcapgo.NgReaderOptions{WantMixedLinkType: true, SkipUnknownVersion: true})
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotCapture, err)
		}
		return &capture{read: ng.ZeroCopyReadPacketData, link: func(ci gopacket.CaptureInfo) layers.LinkType {
			link, _ := ci.AncillaryData[0].(layers.LinkType)
			return link
		}}, nil
	}
	old, err := pcapgo.NewReader(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotCapture, err)
	}
	if old.Snaplen() > maxFrame {
		old.SetSnaplen(maxFrame)
	}
	return &capture{read: func() ([]byte, gopacket.CaptureInfo, error) {
		b, ci, err := old.ZeroCopyReadPacketData()
		if errors.Is(err, io.EOF) && ci.CaptureLength > 0 {
			err = io.ErrUnexpectedEOF // the frame's head was there
		}
		return b, ci, err
	}, link: func(gopacket.CaptureInfo) layers.LinkType { return old.LinkType() }}, nil
}

// next returns the next datagram and when it was captured, and io.EOF at the
// end. The datagram is valid until the next call.
func (c *capture) next() (datagram, time.Time, error) {
	for {
		b, ci, err := c.read()
		if errors.Is(err, io.EOF) {
			return datagram{}, time.Time{}, io.EOF
		}
		if err != nil {
			return datagram{}, time.Time{}, &CaptureError{c.report.Frames + 1, err}
		}
		c.report.Frames++
		if !ci.Timestamp.IsZero() { // simple packet blocks have none
			c.last = ci.Timestamp
		}
		d, miss := datagramIn(c.link(ci), b)
		switch miss {
		case found:
			return d, c.last, nil
		case fragment:
			c.report.Fragments++
		case cut:
			c.report.Cut++
		default:
			c.report.NotUDP++
		}
	}
}

// rtp reports whether a datagram looks like RTP, and counts it. RFC 7983,
// section 7: the first byte tells RTP from STUN, DTLS and others.
func (c *capture) rtp(d datagram) (rtp, rtcp bool) {
	switch b := d.payload; {
	case len(b) < 8 || b[0]>>6 != 2:
	case isRTCP(b):
		c.report.RTCP++
		return false, true
	case len(b) >= rtpHead:
		c.report.RTP++
		return true, false
	}
	c.report.NotRTP++
	return false, false
}
