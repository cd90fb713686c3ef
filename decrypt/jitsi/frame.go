package jitsi

import (
	"encoding/binary"

	"github.com/mjrkit/mjrkit/decrypt"
)

const (
	tagLen   = 16 // of GCM
	ivLen    = 12
	ivMark   = 0x0C   // ivLen, as it stands in the trailer
	maxCount = 0xFFFF // send counts stay below

	audioTag = 4 // of JFrame
	videoTag = 10
	sigLen   = 2 * coordinate
	// coordinate is the length of r and of s (IEEE P1363) for P-521.
	coordinate = 66
)

// Clear bytes at the start of a frame, by the browser's type of frame.
const (
	clearAudio = 1
	clearDelta = 3
	clearKey   = 10
)

// clearBytes is how many bytes at the start of a frame are in clear, and what
// else it may be, or 0.
func clearBytes(frame []byte, m decrypt.Meta) (first, second int) {
	if m.Kind == decrypt.Audio {
		return clearAudio, 0
	}
	key := typeOf(frame, m) == decrypt.KeyFrame
	switch {
	case m.Codec == "vp8" && key:
		return clearKey, 0
	case m.Codec == "vp8":
		return clearDelta, 0
	case key:
		return clearKey, clearDelta
	}
	return clearDelta, clearKey
}

// typeOf is the type of a video frame. VP8 and VP9 have it in their first
// byte, which is clear and authenticated; of other codecs only RTP can tell.
func typeOf(frame []byte, m decrypt.Meta) decrypt.FrameType {
	if len(frame) == 0 {
		return decrypt.Unknown
	}
	types := [2]decrypt.FrameType{decrypt.KeyFrame, decrypt.DeltaFrame}
	b := frame[0]
	switch {
	case m.Codec == "vp8": // RFC 6386, section 9.1
		return types[b&1]
	// VP9 bitstream, section 6.2: marker 10, profile below 3, a frame to decode.
	case m.Codec == "vp9" && b&0xC8 == 0x80 && b&0x30 != 0x30:
		return types[b>>2&1]
	}
	return m.Type
}

// parts is where the parts of one frame lie, as one format reads it.
type parts struct {
	clear [2]int // clear bytes: the first guess, and the second or 0
	// end is the end of the ciphertext, and with GCM of the tag behind it.
	end int
	// Of JFrame, the lengths of what follows: tag, CTR, signature or 0.
	tag, ctr, sig int
	counter       uint64
}

// iv is the nonce of GCM and HIPS.
func (p *parts) iv(frame []byte) []byte { return frame[p.end : p.end+ivLen] }

// tagOf and signature are parts of a JFrame frame.
func (p *parts) tagOf(frame []byte) []byte { return frame[p.end : p.end+p.tag] }
func (p *parts) signature(frame []byte) []byte {
	return frame[p.end+p.tag+p.ctr : p.end+p.tag+p.ctr+p.sig]
}

// read takes the frame apart. It reports false if the frame is not of that
// format, for any key.
func (p *parts) read(f format, frame []byte, m decrypt.Meta) bool {
	n := len(frame)
	p.clear[0], p.clear[1] = clearBytes(frame, m)
	switch f {
	case gcm:
		p.end = n - 2 - ivLen
		if n < 2 || frame[n-2] != ivMark || frame[n-1] >= indexes {
			return false
		}
	case hips:
		p.end = n - 1 - ivLen
		if n < 1 || frame[n-1] >= hipsRing {
			return false
		}
	case jframe:
		return p.readJFrame(frame, m)
	}
	if !p.guesses(p.end - tagLen) {
		return false
	}
	// A trailer of one byte says little, so the IV has to look right as well.
	return f != hips || binary.BigEndian.Uint32(p.iv(frame)[8:]) < maxCount
}

// guesses drops the guesses of clear bytes that do not fit into room bytes,
// and reports whether one is left.
func (p *parts) guesses(room int) bool {
	if p.clear[1] > room {
		p.clear[1] = 0
	}
	if p.clear[0] > room {
		p.clear[0], p.clear[1] = p.clear[1], 0
	}
	return p.clear[0] > 0
}

func (p *parts) readJFrame(frame []byte, m decrypt.Meta) bool {
	// The tag does not tell where the ciphertext begins: a guess would not do.
	if len(frame) == 0 || m.Kind != decrypt.Audio && typeOf(frame, m) == decrypt.Unknown {
		return false
	}
	p.clear[1] = 0
	// Bits 7..0: S, len - 1 (3), KID (4).
	last := frame[len(frame)-1]
	p.ctr, p.tag, p.sig = int(last>>4&7)+1, videoTag, 0
	if m.Kind == decrypt.Audio {
		p.tag = audioTag
	}
	if last&0x80 != 0 {
		p.sig = sigLen
	}
	p.end = len(frame) - 1 - p.sig - p.ctr - p.tag
	if !p.guesses(p.end) {
		return false
	}
	// Numbers of 521 bits in 66 bytes.
	if s := p.signature(frame); len(s) > 0 && (s[0] > 1 || s[coordinate] > 1) {
		return false
	}
	var wide [8]byte
	ctr := frame[p.end+p.tag : p.end+p.tag+p.ctr]
	copy(wide[8-p.ctr:], ctr)
	p.counter = binary.BigEndian.Uint64(wide[:])
	return p.ctr == 1 || ctr[0] != 0 // the shortest form
}
