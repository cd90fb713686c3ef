package perc

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"fmt"
	"hash"
	"slices"
)

// The labels of session keys (RFC 3711, section 4.3.2).
const (
	labelKey  = 0
	labelAuth = 1
	labelSalt = 2
)

const (
	blockSize = 16
	saltSize  = 14 // of AES-CM; AES-GCM has 12
	authSize  = 20 // of the HMAC-SHA1 key
)

// session is SRTP under one master key: what RFC 3711 calls a cryptographic
// context, without its SSRC and counters. It serves one goroutine.
type session struct {
	profile *profile
	salt    [saltSize]byte

	gcm cipher.AEAD // of the AES-GCM profiles

	block cipher.Block // of the AES-CM profiles
	mac   hash.Hash

	iv, stream [blockSize]byte
	sum        []byte
}

// newSession derives the session keys from master key || master salt.
func newSession(p *profile, master []byte) (*session, error) {
	if len(master) != p.key+p.salt {
		return nil, fmt.Errorf("master key and salt of %d bytes, %s has %d", len(master), p.name, p.key+p.salt)
	}
	prf, err := aes.NewCipher(master[:p.key])
	if err != nil {
		return nil, err
	}
	s := &session{profile: p}
	salt := master[p.key:]
	copy(s.salt[:p.salt], derive(prf, salt, labelSalt, p.salt))
	block, err := aes.NewCipher(derive(prf, salt, labelKey, p.key))
	if err != nil {
		return nil, err
	}
	if p.aead {
		s.gcm, err = cipher.NewGCM(block)
		return s, err
	}
	s.block = block
	s.mac = hmac.New(sha1.New, derive(prf, salt, labelAuth, authSize))
	return s, nil
}

// derive is RFC 3711, section 4.3, with a key derivation rate of 0. The salts
// of AES-GCM, which are shorter, stand on the left (RFC 7714, section 11).
func derive(prf cipher.Block, salt []byte, label byte, size int) []byte {
	var iv [blockSize]byte
	copy(iv[:], salt)
	iv[7] ^= label
	key := make([]byte, size)
	cipher.NewCTR(prf, iv[:]).XORKeyStream(key, key)
	return key
}

// index is what the two counters of a packet and its SSRC come to.
type index struct {
	ssrc, roc uint32
	seq       uint16
}

// open appends the plaintext of a payload to dst, and says whether header and
// payload are authentic.
func (s *session) open(dst, header, payload []byte, x index) ([]byte, bool) {
	if s.gcm != nil {
		plain, err := s.gcm.Open(dst, s.nonce(x), payload, header)
		return plain, err == nil
	}
	if len(payload) < s.profile.tag {
		return dst, false
	}
	text, tag := payload[:len(payload)-s.profile.tag], payload[len(payload)-s.profile.tag:]
	if subtle.ConstantTimeCompare(tag, s.authenticate(header, text, x)) == 0 {
		return dst, false
	}
	return s.appendXOR(dst, text, x), true
}

// seal appends ciphertext and tag to dst.
func (s *session) seal(dst, header, payload []byte, x index) []byte {
	if s.gcm != nil {
		return s.gcm.Seal(dst, s.nonce(x), payload, header)
	}
	n := len(dst)
	dst = s.appendXOR(dst, payload, x)
	return append(dst, s.authenticate(header, dst[n:], x)...)
}

// nonce is RFC 7714, section 8.1. It stands in s until the next.
func (s *session) nonce(x index) []byte {
	const size = 12
	nonce := s.iv[:size]
	clear(nonce)
	binary.BigEndian.PutUint32(nonce[2:], x.ssrc)
	binary.BigEndian.PutUint32(nonce[6:], x.roc)
	binary.BigEndian.PutUint16(nonce[10:], x.seq)
	subtle.XORBytes(nonce, nonce, s.salt[:size])
	return nonce
}

// authenticate is RFC 3711, section 4.2. The tag stands in s until the next.
func (s *session) authenticate(header, text []byte, x index) []byte {
	s.mac.Reset()
	s.mac.Write(header)
	s.mac.Write(text)
	binary.BigEndian.PutUint32(s.iv[:], x.roc)
	s.mac.Write(s.iv[:4])
	s.sum = s.mac.Sum(s.sum[:0])
	return s.sum[:s.profile.tag]
}

// appendXOR is AES-CM (RFC 3711, section 4.1.1). Block by block is 1.4 µs for
// 1,200 bytes, where cipher.NewCTR takes 0.24 µs, but allocates each time.
func (s *session) appendXOR(dst, src []byte, x index) []byte {
	clear(s.iv[:])
	binary.BigEndian.PutUint32(s.iv[4:], x.ssrc)
	binary.BigEndian.PutUint32(s.iv[8:], x.roc)
	binary.BigEndian.PutUint16(s.iv[12:], x.seq)
	subtle.XORBytes(s.iv[:], s.iv[:], s.salt[:])
	n := len(dst)
	dst = slices.Grow(dst, len(src))[:n+len(src)]
	for block, out := uint16(0), dst[n:]; len(src) > 0; block++ {
		binary.BigEndian.PutUint16(s.iv[saltSize:], block)
		s.block.Encrypt(s.stream[:], s.iv[:])
		n := subtle.XORBytes(out, src, s.stream[:])
		out, src = out[n:], src[n:]
	}
	return dst
}
