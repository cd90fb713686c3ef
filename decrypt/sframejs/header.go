package sframejs

import "math/bits"

// header is what stands before a ciphertext.
type header struct {
	signed  bool
	id      uint64 // the key id as it stands there, see mangled
	counter uint64
	size    int
}

const (
	maxLen = 7 // bytes of a key id or counter: three bits say how many

	flagSigned = 0x80
	flagLong   = 0x08 // X: K is the length of the key id
)

// parseHeader reads the header that b begins with.
//
//	 0 1 2 3 4 5 6 7
//	+-+-----+-+-----+
//	|S| LEN |X|  K  |
//	+-+-----+-+-----+
func parseHeader(b []byte) (h header, ok bool) {
	if len(b) == 0 {
		return header{}, false
	}
	first := b[0]
	length, k := int(first>>4&7), int(first&7)
	h.signed, h.id, h.size = first&flagSigned != 0, uint64(k), 1+length
	long := first&flagLong != 0
	if long {
		h.size += k
	}
	// A counter has at least one byte, and so has a key id of its own.
	if length == 0 || long && k == 0 || len(b) < h.size {
		return header{}, false
	}
	rest := b[1:h.size]
	if long {
		h.id = bigEndian(rest[:k])
		rest = rest[k:]
	}
	h.counter = unmangled(bigEndian(rest), length)
	return h, true
}

func bigEndian(b []byte) uint64 {
	v := uint64(0)
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v
}

// appendHeader writes a header as the library does.
func appendHeader(b []byte, h header) []byte {
	length := bytesOf(h.counter)
	first := byte(length) << 4
	if h.signed {
		first |= flagSigned
	}
	if h.id < 8 {
		b = append(b, first|byte(h.id))
	} else {
		k := bytesOf(h.id)
		b = append(b, first|flagLong|byte(k))
		b = appendBytes(b, mangled(h.id), k)
	}
	return appendBytes(b, mangled(h.counter), length)
}

func appendBytes(b []byte, v uint64, n int) []byte {
	for n--; n >= 0; n-- {
		b = append(b, byte(v>>(8*n)))
	}
	return b
}

// bytesOf is the length of a number, at least one byte.
func bytesOf(v uint64) int { return max(1, (bits.Len64(v)+7)/8) }

// mangled is how a number comes out of the library's 32-bit shifts: of
// numbers that have more than four bytes, the fifth is the first once more,
// the sixth the second, and so on.
func mangled(v uint64) uint64 {
	n := bytesOf(v)
	low := v & 0xFFFFFFFF
	return (low | low<<32) & (1<<(8*n) - 1)
}

// unmangled is the counter that stands as v in n bytes. What is above 32 bits
// is lost if the library wrote it; it must have been a 1 then, as a call has
// no more frames (at 100 a second, 2^33 take three years).
func unmangled(v uint64, n int) uint64 {
	const first = 1 << 32
	low := v & (first - 1)
	if n <= 4 || (low|low<<32)&(1<<(8*n)-1) != v {
		return v
	}
	return first | low
}
