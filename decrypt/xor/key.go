package xor

import (
	"bytes"
	"crypto/subtle"
	"fmt"

	"github.com/mjrkit/mjrkit/decrypt"
)

// The values of "alg" in a key file.
const (
	algJanus  = "XOR-DEMO-JANUS"
	algWebRTC = "XOR-DEMO-WEBRTC"
)

// Handles reports whether keys of this alg are for this package.
func Handles(alg string) bool { return alg == algJanus || alg == algWebRTC }

// key is one entry of the key file.
type key struct {
	id      string
	index   *uint64
	ssrc    *uint32
	clear   clearing
	idless  bool   // the trailer names no key
	used    bool   // it opened a frame
	size    int    // of the secret
	pattern []byte // the secret, again and again
}

// clearing is how many bytes at the start of a frame a sender leaves alone.
type clearing uint8

const (
	clearTen clearing = iota
	clearByType
	clearNone
)

// patternLen is how much of a pattern there is behind each of its places:
// long enough that XOR runs at the speed of memory.
const patternLen = 1024

func newKey(k decrypt.Key) (*key, error) {
	n := &key{id: k.ID, index: k.Index, ssrc: k.SSRC, size: len(k.Secret)}
	switch {
	case !Handles(k.Alg):
		return nil, fmt.Errorf("xor: key %q: alg %q is of another scheme", k.ID, k.Alg)
	case n.size == 0:
		return nil, fmt.Errorf("xor: key %q: k is empty", k.ID)
	case k.Alg == algWebRTC && k.ClearHeader != nil && !*k.ClearHeader:
		n.clear, n.idless = clearNone, k.Index == nil
	case k.Alg == algWebRTC:
		n.clear = clearByType
	}
	n.pattern = bytes.Repeat(k.Secret, 1+(patternLen+n.size-1)/n.size)
	return n, nil
}

// xor adds the key to b, whose first byte is the at-th of its frame, in place.
func (k *key) xor(b []byte, at int) {
	for len(b) > 0 {
		n := subtle.XORBytes(b, b, k.pattern[at%k.size:])
		b, at = b[n:], at+n
	}
}

// clearBytes is how many bytes at the start of a frame stay as they are, or
// false where that depends on a type that nothing tells.
func (k *key) clearBytes(kind decrypt.Kind, t decrypt.FrameType) (int, bool) {
	switch {
	case k.clear == clearTen:
		return 10, true
	case k.clear == clearNone:
		return 0, true
	case kind == decrypt.Audio:
		return 1, true
	case t == decrypt.KeyFrame:
		return 10, true
	}
	return 3, t == decrypt.DeltaFrame
}

// typeOf is the type of a video frame of which 3 bytes at least are in clear.
func typeOf(frame []byte, m decrypt.Meta) decrypt.FrameType {
	types := [2]decrypt.FrameType{decrypt.KeyFrame, decrypt.DeltaFrame}
	switch {
	case m.Codec == "vp8" && len(frame) > 0: // RFC 6386, section 9.1
		return types[frame[0]&1]
	case m.Type != decrypt.Unknown:
		return m.Type
	// VP9 bitstream, section 6.2: marker 10, profile below 3, a frame to decode.
	case m.Codec == "vp9" && len(frame) > 0 && frame[0]&0xC8 == 0x80 && frame[0]&0x30 != 0x30:
		return types[frame[0]>>2&1]
	}
	return decrypt.Unknown
}

// startCode begins a frame of H.264 or H.265 that was put together from RTP.
const startCode = "\x00\x00\x00\x01"

// sealedType is the type of a frame sealed with k. The start code of H.264 and
// H.265 is known plaintext: its last byte is in clear only where ten bytes are.
func (k *key) sealedType(frame []byte, m decrypt.Meta) decrypt.FrameType {
	const last = len(startCode) - 1
	pad := k.pattern[last%k.size]
	nal := (m.Codec == "h264" || m.Codec == "h265") && len(frame) > last &&
		string(frame[:last]) == startCode[:last] && pad != 0
	switch {
	case nal && frame[last] == startCode[last]:
		return decrypt.KeyFrame
	case nal && frame[last]^pad == startCode[last]:
		return decrypt.DeltaFrame
	}
	return typeOf(frame, m)
}
