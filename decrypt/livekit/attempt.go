package livekit

import (
	"crypto/cipher"
	"encoding/binary"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// attempt is one frame while it is tried, as decrypt.Ring sees it. A
// candidate's key counts keys and ways: way × number of keys + key.
type attempt struct {
	keys   []*key
	favour int // the way that opened the last frame

	frame []byte // without metadata
	meta  decrypt.Meta
	codec byte
	start int    // length of dst
	buf   []byte // dst, with room for the plaintext

	readings [len(ways)]reading
	read     [len(ways)]bool // which of readings are worked out
	settled  [len(ways)]bool // and wholly so

	// plain is the frame from plainAt on, without the bytes that prevent
	// emulation; plainAt < 0 is nothing.
	plain   []byte
	plainAt int

	// What the last successful try found.
	aead  cipher.AEAD
	nonce []byte
}

func (a *attempt) begin(dst, frame []byte, m decrypt.Meta) {
	a.frame, a.meta, a.codec = frame, m, codecOf(m)
	a.start, a.buf = len(dst), slices.Grow(dst, len(frame)-added)
	a.read, a.settled = [len(ways)]bool{}, [len(ways)]bool{}
	a.plainAt = -1
}

// end lets go of the caller's memory.
func (a *attempt) end() {
	a.frame, a.buf, a.aead, a.nonce = nil, nil, nil, nil
}

func (a *attempt) candidate(c int) (k *key, way int) {
	return a.keys[c%len(a.keys)], c / len(a.keys)
}

// Try is one AES-GCM open. Of a frame that may be escaped it can be two: few
// are, and to see which ones costs a fifth of the opening. So such a frame is
// opened as it stands, and only if that fails is it looked at.
func (a *attempt) Try(c, step int) bool {
	k, way := a.candidate(c)
	r := a.reading(way)
	if !r.ok {
		return false
	}
	aead := k.cipher(step)
	if aead == nil {
		return false
	}
	if r.unescape && !a.settled[way] {
		if a.open(aead, r, a.frame[r.clear:]) {
			return true
		}
		if r = a.settle(way); !r.unescape {
			return false
		}
	}
	return a.open(aead, r, a.rest(r))
}

// open opens what is behind the clear bytes.
func (a *attempt) open(aead cipher.AEAD, r reading, rest []byte) bool {
	if len(rest) < added {
		return false
	}
	sealed, nonce := rest[:len(rest)-tailLen], rest[len(rest)-tailLen:][:ivLen]
	head := appendShort(a.buf[:a.start], a.frame[:r.clear], r.short)
	plain, err := aead.Open(head, nonce, sealed, head[a.start:])
	if err != nil {
		clear(head[a.start:]) // GCM wiped the rest
		return false
	}
	a.buf, a.aead, a.nonce = plain, aead, nonce
	return true
}

// Skip passes over what another candidate tries already, and over ratchet
// steps out of bounds. Steps are searched in the favoured way; in the others
// only the one that the key is known to be at.
func (a *attempt) Skip(c, step int) bool {
	k, way := a.candidate(c)
	switch {
	case step > k.maxStep || !a.fits(k):
		return true
	case way == a.favour:
		return !a.settle(way).ok
	case step > 0 && !(k.opened && step == k.now):
		return true
	}
	r := a.settle(way)
	if !r.ok || r == a.settle(a.favour) {
		return true
	}
	for earlier := range way {
		if r == a.settle(earlier) {
			return true
		}
	}
	return false
}

// fits applies the key's filters. An SSRC may be the one recorded or the
// sender's own, with which the IV begins.
func (a *attempt) fits(k *key) bool {
	if k.kind != "" && k.kind != a.meta.Kind.String() {
		return false
	}
	iv := a.frame[len(a.frame)-tailLen:]
	return k.ssrc == nil || *k.ssrc == a.meta.SSRC || *k.ssrc == binary.BigEndian.Uint32(iv)
}

func (a *attempt) reading(way int) reading {
	if !a.read[way] {
		a.readings[way] = ways[way].read(a.frame, a.codec, a.meta.Type)
		a.read[way] = true
	}
	return a.readings[way]
}

// settle is a reading that was worked out wholly.
func (a *attempt) settle(way int) reading {
	r := a.reading(way)
	if r.ok && !a.settled[way] {
		r.settle(a.frame)
		a.readings[way] = r
	}
	a.settled[way] = true
	return r
}

// rest is the frame behind its clear bytes.
func (a *attempt) rest(r reading) []byte {
	if !r.ok || !r.unescape {
		return a.frame[r.clear:]
	}
	if a.plainAt != r.clear {
		a.plain = appendUnescaped(a.plain[:0], a.frame[r.clear:])
		a.plainAt = r.clear
	}
	return a.plain
}
