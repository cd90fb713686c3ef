package media

import (
	"encoding/binary"
	"time"
)

// The limits of RFC 6716: a packet lasts at most 120 ms (section 3.2.5), a
// frame has at most 1275 bytes (section 3.2.1).
const (
	opusMaxDuration = 120 * time.Millisecond
	opusMaxFrame    = 1275
)

// OpusDuration tells how long an Opus packet lasts, by its first bytes:
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	| config  |s| c |  TOC: configuration, stereo, code of the frame count
//	+-+-+-+-+-+-+-+-+
//	|v|p|     M     |  code 3 only: VBR, padding, number of frames
//	+-+-+-+-+-+-+-+-+
//
// It is false for a packet that breaks a rule of RFC 6716, section 3.4: what
// is lost, cut or still encrypted has no duration.
func OpusDuration(packet []byte) (time.Duration, bool) {
	if len(packet) == 0 {
		return 0, false
	}
	frame := opusFrameDuration(packet[0] >> 3)
	rest := packet[1:]
	switch packet[0] & 3 {
	case 0: // one frame
		return frame, len(rest) <= opusMaxFrame
	case 1: // two of the same size
		return 2 * frame, len(rest)%2 == 0 && len(rest)/2 <= opusMaxFrame
	case 2: // two of different sizes
		size, n, ok := opusFrameSize(rest)
		return 2 * frame, ok && size <= len(rest)-n && len(rest)-n-size <= opusMaxFrame
	}
	count, ok := opusFrames(rest)
	d := time.Duration(count) * frame
	return d, ok && d <= opusMaxDuration
}

// opusFrameDuration is RFC 6716, section 3.1, table 2.
func opusFrameDuration(config byte) time.Duration {
	switch {
	case config < 12: // SILK
		return [4]time.Duration{10, 20, 40, 60}[config&3] * time.Millisecond
	case config < 16: // hybrid
		return [2]time.Duration{10, 20}[config&1] * time.Millisecond
	}
	return 2500 * time.Microsecond << (config & 3) // CELT
}

// opusFrames reads what follows the TOC of a code 3 packet: any number of
// frames, section 3.2.5.
func opusFrames(b []byte) (count int, ok bool) {
	if len(b) == 0 {
		return 0, false
	}
	vbr, padded := b[0]&0x80 != 0, b[0]&0x40 != 0
	count = int(b[0] & 0x3f)
	if count == 0 {
		return 0, false
	}
	b = b[1:]
	if padded {
		if b, ok = opusUnpad(b); !ok {
			return 0, false
		}
	}
	if !vbr {
		return count, len(b)%count == 0 && len(b)/count <= opusMaxFrame
	}
	left := len(b) // of the last frame, whose size is not told
	for range count - 1 {
		size, n, ok := opusFrameSize(b)
		if !ok {
			return 0, false
		}
		b = b[n:]
		if left -= n + size; left < 0 {
			return 0, false
		}
	}
	return count, left <= opusMaxFrame
}

// opusUnpad takes the length of the padding from the front of b, and as many
// bytes from its end. A byte of 255 counts 254 and has another one after it.
func opusUnpad(b []byte) ([]byte, bool) {
	for padding := 0; len(b) > 0; {
		p := b[0]
		b = b[1:]
		if p == 255 {
			padding += 254
			continue
		}
		padding += int(p)
		if padding > len(b) {
			return nil, false
		}
		return b[:len(b)-padding], true
	}
	return nil, false
}

// opusFrameSize reads the size of a frame, and how many bytes it stands in;
// section 3.2.1.
func opusFrameSize(b []byte) (size, n int, ok bool) {
	switch {
	case len(b) == 0:
		return 0, 0, false
	case b[0] < 252:
		return int(b[0]), 1, true
	case len(b) == 1:
		return 0, 0, false
	}
	return int(b[1])*4 + int(b[0]), 2, true
}

// OpusPreSkip is what a decoder throws away at the start, in samples at
// 48 kHz: the 6.5 ms that libopus, which browsers send with, looks ahead. RTP
// has no place to tell it.
const OpusPreSkip = 312

// OpusHead is the identification header that Ogg (RFC 7845, section 5.1) and
// WebM keep, for one or two channels.
func OpusHead(channels int) []byte {
	b := append([]byte("OpusHead"), 1, byte(channels)) // version, channels
	b = binary.LittleEndian.AppendUint16(b, OpusPreSkip)
	b = binary.LittleEndian.AppendUint32(b, 48000) // of the input
	return append(b, 0, 0, 0)                      // gain of 0 dB, mapping family 0
}
