package rtc

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
)

// InTrack is one medium that a peer receives, or one layer of a simulcast: what
// was negotiated for it, and its packets.
type InTrack struct {
	Index       int    // of the media line; of none after a change of the codec
	Changes     int    // of the codec, before this one
	Kind        string // "audio" or "video"
	Codec       string // as mjr.LookupCodec knows it
	ClockRate   int    // of the timestamps in Hz
	PayloadType uint8
	REDType     int // the payload type of RED; 0 is none
	Fmtp        string
	MID, RID    string
	Extensions  map[int]string // id to URI

	peer     *Peer
	line     *line
	track    *webrtc.TrackRemote
	receiver *webrtc.RTPReceiver
	buf      [receiveMTU]byte
	first    [][]byte    // read already, to know the codec
	other    [][]byte    // of another codec, which may be the next one
	settled  atomic.Bool // it is
	gaps     gaps
	foreign  atomic.Int64
	report   atomic.Pointer[func(ntp uint64, rtp uint32, at time.Time)]
}

// incoming is called by Pion, in a goroutine of its own, for every track.
func (p *Peer) incoming(answered []line, track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver, o ReceiveOptions) {
	t := &InTrack{peer: p, track: track, receiver: receiver, Kind: track.Kind().String(), RID: track.RID()}
	l := t.find(answered)
	if l == nil {
		p.stray.Do(func() { p.engine.config.warn("a stream of %s is left out: it is of no media line", t.Kind) })
		return
	}
	if !p.take(l, t.RID) {
		p.stray.Do(func() { p.engine.config.warn("a stream of %s is left out: there is one of its layer", t.Kind) })
		return
	}
	if !t.begin(l) {
		return
	}
	p.start(t.readRTCP)
	if t.Kind == "video" {
		p.start(func() {
			t.RequestKeyFrame()
			p.every(o.KeyFrameEvery, t.RequestKeyFrame)
		})
		p.start(func() { p.every(awakenEvery, t.awaken) })
	}
	for o.Track(t); t.change(len(answered)); {
		o.Track(t)
	}
}

// take takes the place of a layer, or of all of a line, for the stream that
// comes first: Pion has one reader for all that say they are of it.
func (p *Peer) take(l *line, rid string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := layer{l.index, rid}
	if p.layers[at] {
		return false
	}
	if p.layers == nil {
		p.layers = make(map[layer]bool)
	}
	p.layers[at] = true
	return true
}

// layer is one of a media line; a line without any has one, without a name.
type layer struct {
	index int
	rid   string
}

// find finds the media line of the track. What its sender has not announced by
// a=ssrc has a transceiver that Pion makes up, without a mid: it is of the first
// line that has its payload type, and no stream yet.
func (t *InTrack) find(answered []line) *line {
	tr := t.receiver.RTPTransceiver()
	if tr == nil {
		return nil
	}
	t.peer.mu.Lock()
	defer t.peer.mu.Unlock()
	for i := range answered {
		l := &answered[i]
		if !l.media() {
			continue
		}
		if mid := tr.Mid(); mid != "" {
			if l.mid == mid {
				return l
			}
			continue
		}
		c, ok := l.byType(int(t.track.PayloadType()))
		if ok && c.name != "rtx" && l.kind == t.Kind && !l.announced {
			l.announced = true
			return l
		}
	}
	return nil
}

// begin reads the first packet that is of a codec agreed on: which of them is
// used is known from nothing else.
func (t *InTrack) begin(l *line) bool {
	t.line, t.Index, t.MID, t.Extensions = l, l.index, l.mid, l.ext
	for {
		n, err := t.read()
		if err != nil {
			return false
		}
		c, ok := l.medium(int(t.buf[1] & 0x7f))
		if !ok {
			t.foreign.Add(1)
			continue
		}
		t.use(c)
		t.first = [][]byte{bytes.Clone(t.buf[:n])}
		return true
	}
}

func (t *InTrack) use(c codec) {
	t.Codec, t.ClockRate, t.Fmtp = c.name, c.clock, c.fmtp
	t.PayloadType, t.REDType = uint8(c.pt), t.line.red(c.pt)
}

// ReadRTP reads one whole packet into buf, which should hold 1500 bytes: a
// longer packet is cut to it. Those that were sent again over RTX are as they
// were at first. Packets come in the order in which they arrived, and may come
// twice: browsers measure the bandwidth with old ones. The error is io.EOF when
// the session is over, or the sender changes to another of the codecs agreed
// on: then ReceiveOptions.Track is called again.
func (t *InTrack) ReadRTP(buf []byte) (int, error) {
	if len(t.first) > 0 {
		n := copy(buf, t.first[0])
		t.first = t.first[1:]
		return n, nil
	}
	for {
		n, err := t.read()
		if err != nil {
			t.forget()
			return 0, io.EOF
		}
		pt := t.buf[1] & 0x7f
		if pt == t.PayloadType || t.REDType != 0 && int(pt) == t.REDType {
			t.forget()
			return copy(buf, t.buf[:n]), nil
		}
		if t.changes(t.buf[:n]) {
			return 0, io.EOF
		}
	}
}

// maxFailures is how many packets in a row can be refused by Pion before the
// track is taken for ended.
const maxFailures = 1000

// read reads one packet into t.buf, which holds all that can come. Its error is
// the end. To Pion other things are errors, too: a payload type that is not
// agreed on, a header extension that is too short.
func (t *InTrack) read() (int, error) {
	for failures := 0; failures < maxFailures; {
		n, _, err := t.track.Read(t.buf[:])
		switch {
		case err == nil && n >= 12:
			if t.gaps.came(binary.BigEndian.Uint16(t.buf[2:]), time.Now()) {
				t.RequestKeyFrame()
			}
			return n, nil
		case errors.Is(err, io.EOF):
			return 0, err
		case isTimeout(err):
			_ = t.track.SetReadDeadline(time.Time{}) // see awaken
			continue
		case err != nil && n == 0:
			failures++
		}
		t.foreign.Add(1)
	}
	return 0, io.EOF
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// awakenEvery is how long a packet that was sent again over RTX waits for one
// that was not: it is between packets of the media only that Pion looks for it.
const awakenEvery = 200 * time.Millisecond

// awaken ends a read that waits, so that it begins anew.
func (t *InTrack) awaken() { _ = t.track.SetReadDeadline(time.Now()) }

// Foreign counts the packets that were of no codec of this track, and left out.
func (t *InTrack) Foreign() int64 { return t.foreign.Load() }

// SSRC is that of the first packet's sender.
func (t *InTrack) SSRC() uint32 { return uint32(t.track.SSRC()) }

// OnSenderReport sets who is told of sender reports (RFC 3550, section 6.4.1):
// the sender's clock in NTP's format, its RTP timestamp at that time, and when
// the report came.
func (t *InTrack) OnSenderReport(f func(ntp uint64, rtp uint32, at time.Time)) { t.report.Store(&f) }

// RequestKeyFrame asks the sender for one (PLI).
func (t *InTrack) RequestKeyFrame() {
	if t.Kind == "video" {
		t.peer.send(&rtcp.PictureLossIndication{MediaSSRC: t.SSRC()})
	}
}

// readRTCP reads until the peer is gone: Pion's repair stands still where
// nobody reads.
func (t *InTrack) readRTCP() {
	for {
		var packets []rtcp.Packet
		var err error
		if t.RID != "" {
			packets, _, err = t.receiver.ReadSimulcastRTCP(t.RID)
		} else {
			packets, _, err = t.receiver.ReadRTCP()
		}
		if err != nil {
			return
		}
		at := time.Now()
		for _, p := range packets {
			sr, ok := p.(*rtcp.SenderReport)
			if f := t.report.Load(); ok && f != nil && sr.SSRC == t.SSRC() {
				(*f)(sr.NTPTime, sr.RTPTime, at)
			}
		}
	}
}
