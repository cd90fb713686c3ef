package livekit

import "github.com/mjrkit/mjrkit/decrypt"

// The codecs that differ in what stays clear.
const (
	other byte = iota // none that the library knows
	vp8
	vp9
	h264
	h265
	av1
	audio
)

func codecOf(m decrypt.Meta) byte {
	if m.Kind == decrypt.Audio {
		return audio
	}
	switch m.Codec {
	case "vp8":
		return vp8
	case "vp9":
		return vp9
	case "h264":
		return h264
	case "h265":
		return h265
	case "av1":
		return av1
	}
	return other
}

// clearRule says how many bytes of a frame are clear.
type clearRule uint8

const (
	byCodec clearRule = iota
	byType            // 10 of a key frame, 3 of others
	asH265            // the rule of H.265, whatever the codec is
	asH264
	ten
	three
	none
)

// way is how a sender's release made frames.
type way struct {
	clear clearRule
	// turned: escaped where the codec's rule does not escape, and not where it
	// does.
	turned bool
	codes  codeForm
}

// ways lists what was seen and what can be, likely ones first.
var ways = [...]way{
	{byCodec, false, codesAsIs},     // what the library does today
	{byType, false, codesAsIs},      // before it has learned the codec
	{byCodec, true, codesAsIs},      // 1.13: H.264 not escaped
	{byCodec, false, codesFirst},    // senders with codes of 3 bytes,
	{byCodec, false, codesMinimal},  // up to 2.22
	{byCodec, false, codesAllShort}, //
	{asH265, false, codesAsIs},      // 2.15.5 to 2.22: unknown codec taken
	{asH264, false, codesAsIs},      // for one that its bytes look like
	{three, false, codesAsIs},       // frame type not known here
	{ten, false, codesAsIs},         //
	{none, false, codesAsIs},        //
	{three, true, codesAsIs},        // 2.3 to 2.15.4: unknown codec escaped
	{ten, true, codesAsIs},          //
	{none, true, codesAsIs},         //
	{byCodec, true, codesFirst},     //
	{byCodec, true, codesMinimal},   //
	{byCodec, true, codesAllShort},  //
}

// reading is a way as it turns out for one frame. Two ways that come to the
// same reading need one try.
type reading struct {
	ok       bool
	clear    int  // bytes of the frame in clear
	unescape bool // bytes that prevent emulation are to be removed from the rest
	short    uint64
}

// settle looks whether there are any such bytes.
func (r *reading) settle(frame []byte) {
	r.unescape = r.unescape && nextPrevention(frame[r.clear:], 0) >= 0
}

// read works out what a way means for a frame without metadata, but for what
// settle does.
func (w way) read(frame []byte, codec byte, t decrypt.FrameType) reading {
	clear, escaped := w.clear.length(frame, codec, t)
	if clear+added > len(frame) {
		return reading{}
	}
	r := reading{ok: true, clear: clear, unescape: escaped != w.turned}
	if codec == h264 || codec == h265 {
		r.short = w.codes.short(frame[:clear], codec)
	}
	return r
}

// length is how many bytes are clear, and whether the rest is escaped unless
// the way is turned.
func (c clearRule) length(frame []byte, codec byte, t decrypt.FrameType) (n int, escaped bool) {
	switch c {
	case byCodec:
		return codecClear(frame, codec, t)
	case asH265, asH264:
		if codec = h264; c == asH265 {
			codec = h265
		}
		return codecClear(frame, codec, t)
	case ten:
		return 10, false
	case three:
		return 3, false
	case none:
		return 0, false
	}
	return typeClear(frame, codec, t), false
}

// codecClear is the library's rule for a codec that it knows.
func codecClear(frame []byte, codec byte, t decrypt.FrameType) (n int, escaped bool) {
	switch codec {
	case audio:
		return 1, false
	case vp9, av1:
		return 0, false
	case h264, h265:
		if n, ok := sliceClear(frame, codec); ok {
			return n, true
		}
	}
	return typeClear(frame, codec, t), false
}

// typeClear is 10 for key frames and 3 for others. VP8 tells them apart in
// its first bit, which is clear (RFC 6386, section 9.1).
func typeClear(frame []byte, codec byte, t decrypt.FrameType) int {
	key := t == decrypt.KeyFrame
	if codec == vp8 && len(frame) > 0 {
		key = frame[0]&1 == 0
	}
	if t == decrypt.Unknown && (codec == h264 || codec == h265) {
		key = startsKey(frame, codec)
	}
	if key {
		return 10
	}
	return 3
}

// startsKey tells by the first NAL unit whether a frame is a key frame: it is
// a parameter set then, or a slice of one.
func startsKey(frame []byte, codec byte) bool {
	_, unit := nextNAL(frame, 0)
	if unit < 0 || unit >= len(frame) {
		return false
	}
	if codec == h265 {
		t := frame[unit] >> 1 & 0x3f
		return 16 <= t && t <= 21 || 32 <= t && t <= 34
	}
	t := frame[unit] & 0x1f
	return t == 5 || t == 7 || t == 8
}
