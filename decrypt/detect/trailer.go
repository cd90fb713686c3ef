package detect

import (
	"bytes"
	"encoding/binary"
)

const (
	tagLen = 16 // of AES-GCM
	ivLen  = 12
	// countLimit is what Jitsi and LiveKit take their send counters modulo.
	countLimit = 65535
	// ring is how many key indexes Jitsi has.
	ring = 16
)

// jitsiGCM reads ciphertext, tag, IV, 0C and key index. The IV is SSRC,
// timestamp and a send counter.
func jitsiGCM(f *frame) reading {
	t := f.last(ivLen + 2)
	if t[ivLen] != ivLen || t[ivLen+1] >= ring {
		return reading{}
	}
	return byIV(f, ivLen+2, binary.BigEndian.Uint32(t[8:]))
}

// liveKit reads the same trailer. The IV's third word is the timestamp less
// the send counter, and there may be 256 keys.
func liveKit(f *frame) reading {
	t := f.last(ivLen + 2)
	if t[ivLen] != ivLen {
		return reading{}
	}
	return byIV(f, ivLen+2, binary.BigEndian.Uint32(t[4:])-binary.BigEndian.Uint32(t[8:]))
}

// hips reads the trailer of Jitsi's first versions: Jitsi's IV, key index.
func hips(f *frame) reading {
	t := f.last(ivLen + 1)
	if t[ivLen] >= ring {
		return reading{}
	}
	return byIV(f, ivLen+1, binary.BigEndian.Uint32(t[8:]))
}

// byIV reads a trailer of n bytes that begins with an IV.
func byIV(f *frame, n int, count uint32) reading {
	t := f.last(n)
	r := reading{
		ok:      f.length >= n+tagLen && count < countLimit,
		id:      uint64(t[n-1]),
		counter: uint64(count),
		width:   32,
		random:  true,
	}
	r.stream[0] = uint64(binary.BigEndian.Uint32(t)) // the SSRC
	copy(r.cipher[:], f.last(n+len(r.cipher)))       // of the tag
	return r
}

// jframe reads what JFrame ends with:
//
//	tag │ counter, n bytes │ signature, 132 bytes if S │ S, n-1 (3 bits), key index (4)
func jframe(f *frame) reading {
	const signature, shortestTag = 132, 4
	end := f.last(1)[0]
	behind := 1
	if end&0x80 != 0 {
		behind += signature
	}
	n := int(end>>4&7) + 1
	t := f.last(behind + n)[:n]
	r := reading{
		ok:      f.length >= shortestTag+n+behind && (n == 1 || t[0] != 0),
		id:      uint64(end & 0x0f),
		counter: number(t),
		width:   8 * n,
		random:  true,
	}
	r.stream = [2]uint64{r.id, uint64(end >> 7)}
	copy(r.cipher[:], f.last(behind+n+shortestTag))
	return r
}

// xor reads what the demonstrations end with: key id, DE AD BE EF. The very
// first one had no key id; then there is ciphertext in its place.
func xor(f *frame) reading {
	t := f.last(5)
	return reading{ok: f.length >= len(t) && bytes.Equal(t[1:], []byte{0xde, 0xad, 0xbe, 0xef}), id: uint64(t[0])}
}

// dave reads the end of Discord's frames: a tag of 8 bytes, a nonce, what is
// clear, how long all this is, FA FA. Opus silence stays as it is.
func dave(f *frame) reading {
	if f.length == 3 && bytes.Equal(f.head[:3], []byte{0xf8, 0xff, 0xfe}) {
		return reading{skip: true}
	}
	const shortest = 8 + 1 + 1 + 2
	t := f.last(3)
	n := int(t[0])
	if t[1] != 0xfa || t[2] != 0xfa || n < shortest || n > min(f.length, tailLen) {
		return reading{}
	}
	r := reading{ok: true, random: true}
	copy(r.cipher[:], f.last(n)) // of the tag
	return r
}
