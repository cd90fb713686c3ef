package sframe

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Header is what stands in clear before every ciphertext (RFC 9605, section
// 4.3).
type Header struct {
	KID     uint64 // which key
	Counter uint64 // never twice under one key
}

// ParseHeader reads the header of a frame and returns its length in bytes,
// 1 to 17. It takes numbers in more bytes than they need, which no sender
// should write: the tag covers the header as it was sent. The error wraps
// decrypt.ErrFormat.
func ParseHeader(frame []byte) (h Header, n int, err error) {
	if len(frame) == 0 {
		return Header{}, 0, fmt.Errorf("sframe: empty frame: %w", decrypt.ErrFormat)
	}
	config := frame[0]
	kid, kidLen := field(config >> 4)
	ctr, ctrLen := field(config)
	n = 1 + kidLen + ctrLen
	if len(frame) < n {
		return Header{}, 0, fmt.Errorf("sframe: header of %d bytes in a frame of %d: %w", n, len(frame), decrypt.ErrFormat)
	}
	if kidLen > 0 {
		kid = number(frame[1 : 1+kidLen])
	}
	if ctrLen > 0 {
		ctr = number(frame[1+kidLen : n])
	}
	return Header{KID: kid, Counter: ctr}, n, nil
}

// Append appends the shortest form of the header to dst.
func (h Header) Append(dst []byte) []byte {
	kid, kidLen := config(h.KID)
	ctr, ctrLen := config(h.Counter)
	dst = append(dst, kid<<4|ctr)
	dst = appendNumber(dst, h.KID, kidLen)
	return appendNumber(dst, h.Counter, ctrLen)
}

// field reads the low four bits of b: a flag, and either the value or the
// length less one of what follows.
func field(b byte) (value uint64, length int) {
	if b&0x08 == 0 {
		return uint64(b & 0x07), 0
	}
	return 0, int(b&0x07) + 1
}

// config is the opposite of field.
func config(v uint64) (b byte, length int) {
	if v < 8 {
		return byte(v), 0
	}
	length = (bits.Len64(v) + 7) / 8
	return 0x08 | byte(length-1), length
}

func number(b []byte) (v uint64) {
	for _, x := range b {
		v = v<<8 | uint64(x)
	}
	return v
}

func appendNumber(dst []byte, v uint64, length int) []byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	return append(dst, b[8-length:]...)
}
