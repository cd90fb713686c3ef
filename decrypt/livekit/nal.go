package livekit

import "bytes"

var startCode = []byte{0, 0, 1}

// nextNAL finds the first start code at or after from. It returns the offset
// of the code, of 3 or 4 bytes, and of the NAL unit behind it; code < 0 is
// none. A code of 4 bytes does not reach back before from.
func nextNAL(b []byte, from int) (code, unit int) {
	i := bytes.Index(b[from:], startCode)
	if i < 0 {
		return -1, -1
	}
	code, unit = from+i, from+i+len(startCode)
	if i > 0 && b[code-1] == 0 {
		code--
	}
	return code, unit
}

// isSlice tells from the first byte of a NAL unit whether it is a picture's
// slice: types 1 and 5 of H.264, 0..9 and 16..21 of H.265.
func isSlice(codec, head byte) bool {
	if codec == h265 {
		t := head >> 1 & 0x3f
		return t <= 9 || 16 <= t && t <= 21
	}
	t := head & 0x1f
	return t == 1 || t == 5
}

// sliceClear is the length of a frame up to and with the second byte of its
// first slice.
func sliceClear(frame []byte, codec byte) (n int, ok bool) {
	for at := 0; ; {
		_, unit := nextNAL(frame, at)
		if unit < 0 || unit+2 > len(frame) {
			return 0, false
		}
		if isSlice(codec, frame[unit]) {
			return unit + 2, true
		}
		at = unit
	}
}

// codeForm is how long the sender's start codes were, before a depacketizer
// made all of them 4 bytes.
type codeForm uint8

const (
	codesAsIs     codeForm = iota
	codesFirst             // 4 bytes before the first NAL unit only
	codesMinimal           // as short as ITU-T H.264, section B.1.2, allows
	codesAllShort          // 3 bytes throughout
)

// shortens tells whether the sender's code before the n-th NAL unit was of 3
// bytes.
func (f codeForm) shortens(n int, codec, head byte) bool {
	switch f {
	case codesFirst:
		return n > 0
	case codesMinimal: // parameter sets and the first unit have 4 bytes
		if codec == h265 {
			t := head >> 1 & 0x3f
			return n > 0 && (t < 32 || t > 34)
		}
		t := head & 0x1f
		return n > 0 && t != 7 && t != 8
	case codesAllShort:
		return true
	}
	return false
}

// maxCodes is how many start codes before a slice can be shortened.
const maxCodes = 64

// short tells which of the start codes in clear, counted from bit 0, have 4
// bytes and had 3 at the sender. ok is false if there are too many.
func (f codeForm) short(clear []byte, codec byte) (mask uint64, ok bool) {
	if f == codesAsIs {
		return 0, true
	}
	for n, at := 0, 0; ; n++ {
		code, unit := nextNAL(clear, at)
		if unit < 0 || unit >= len(clear) {
			return mask, true
		}
		if n == maxCodes {
			return 0, false
		}
		if unit-code == 4 && f.shortens(n, codec, clear[unit]) {
			mask |= 1 << n
		}
		at = unit
	}
}

// appendShort appends clear without the first byte of the start codes in
// mask.
func appendShort(dst, clear []byte, mask uint64) []byte {
	done := 0
	for at := 0; mask != 0; mask >>= 1 {
		code, unit := nextNAL(clear, at)
		if mask&1 != 0 {
			dst = append(dst, clear[done:code]...)
			done = code + 1
		}
		at = unit
	}
	return append(dst, clear[done:]...)
}

// appendLong appends clear with all start codes of 4 bytes.
func appendLong(dst, clear []byte) []byte {
	done := 0
	for at := 0; ; {
		code, unit := nextNAL(clear, at)
		if unit < 0 {
			return append(dst, clear[done:]...)
		}
		dst = append(dst, clear[done:code]...)
		dst = append(dst, 0)
		dst = append(dst, startCode...)
		done, at = unit, unit
	}
}

// Emulation prevention: 03 stands after 00 00 where 00, 01, 02 or 03 follows
// (ITU-T H.264, section 7.4.1).
const prevention = 3

// nextPrevention finds the first byte of b, from offset from on, that prevents
// emulation; -1 is none. It looks for the 03 rather than for all three bytes:
// ciphertext has few of them, and that is twice as fast as bytes.Index.
func nextPrevention(b []byte, from int) int {
	for from = max(from, 2); from < len(b); {
		i := bytes.IndexByte(b[from:], prevention)
		if i < 0 {
			return -1
		}
		i += from
		if b[i-1] == 0 && b[i-2] == 0 {
			return i
		}
		from = i + 1
	}
	return -1
}

// appendUnescaped appends b without the bytes that prevent emulation.
func appendUnescaped(dst, b []byte) []byte {
	for done := 0; ; {
		i := nextPrevention(b, done+2)
		if i < 0 {
			return append(dst, b[done:]...)
		}
		dst = append(dst, b[done:i]...)
		done = i + 1
	}
}

// appendEscaped appends b with bytes that prevent emulation.
func appendEscaped(dst, b []byte) []byte {
	zeros := 0
	for _, c := range b {
		if zeros >= 2 && c <= prevention {
			dst = append(dst, prevention)
			zeros = 0
		}
		dst = append(dst, c)
		if c == 0 {
			zeros++
		} else {
			zeros = 0
		}
	}
	return dst
}
