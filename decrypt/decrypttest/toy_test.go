package decrypttest

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// toy is a scheme that keeps the contract: a counter of eight bytes, then
// AES-GCM with it as the nonce and the Meta's kind as the AAD. Its flaws break
// one promise each.
type toy struct {
	aead    cipher.AEAD
	counter uint64
	tries   int64
	flaw    string
	kept    []byte
	nonce   [12]byte
	aad     [1]byte
}

var (
	toySecret   = []byte("0123456789abcdef")
	otherSecret = []byte("fedcba9876543210")
)

func newToy(t testing.TB, secret []byte, flaw string) *toy {
	t.Helper()
	block, err := aes.NewCipher(secret)
	if err != nil {
		t.Fatal(err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	return &toy{aead: aead, flaw: flaw}
}

func (s *toy) Seal(dst, frame []byte, m decrypt.Meta) ([]byte, error) {
	if s.flaw != "counter stands still" {
		s.counter++
	}
	switch s.flaw {
	case "seal changes the frame":
		frame[0] ^= 1
	case "seal forgets dst":
		dst = nil
	case "seal keeps the frame":
		if s.kept != nil {
			frame, s.kept = s.kept, frame
		} else {
			s.kept = frame
		}
	}
	dst = binary.BigEndian.AppendUint64(dst, s.counter)
	nonce := make([]byte, 12)
	binary.BigEndian.PutUint64(nonce, s.counter)
	return s.aead.Seal(dst, nonce, frame, []byte{byte(m.Kind)}), nil
}

func (s *toy) Open(dst, frame []byte, m decrypt.Meta) (decrypt.Result, error) {
	failed := decrypt.Result{Plain: dst}
	if len(frame) < 8+16 {
		if s.flaw == "cut frames open" {
			return s.opened(dst, frame), nil
		}
		return failed, decrypt.ErrFormat
	}
	s.tries++
	switch s.flaw {
	case "twice the tries":
		s.tries++
	case "a hundred tries":
		s.tries += 100
	case "an allocation a frame":
		s.kept = make([]byte, 1)
	case "open changes the frame":
		frame[0] ^= 0x80
	}
	clear(s.nonce[:])
	copy(s.nonce[:], frame[:8])
	s.aad[0] = byte(m.Kind)
	plain, err := s.aead.Open(dst, s.nonce[:], frame[8:], s.aad[:])
	if s.flaw == "wrong keys open" && err != nil {
		return s.opened(dst, frame), nil
	}
	if err != nil {
		switch s.flaw {
		case "plaintext stays behind":
			copy(dst[len(dst):cap(dst)], "something of a plaintext")
		case "plaintext after an error":
			failed.Plain = append(dst, 1)
		case "an error of its own":
			return failed, err
		}
		return failed, decrypt.ErrAuth
	}
	res := s.opened(plain, frame)
	switch s.flaw {
	case "open forgets dst":
		res.Plain = plain[len(dst):]
	case "no counter":
		res.HasCounter = false
	case "no key named":
		res.Key = ""
	case "a nonce of its own":
		res.HasCounter, res.Nonce = false, s.nonce[:11:11]
		s.nonce[10] = 0xEE
	case "open keeps the frame":
		s.kept, frame = frame, s.kept
		if frame != nil {
			copy(res.Plain[len(dst):], frame)
		}
	}
	return res, nil
}

func (s *toy) opened(plain, frame []byte) decrypt.Result {
	res := decrypt.Result{Plain: plain, Scheme: "toy", Key: "toy key", HasCounter: true}
	if len(frame) >= 8 {
		res.Counter = binary.BigEndian.Uint64(frame)
	}
	return res
}

func (s *toy) Tries() int64 { return s.tries }

// loud is a toy that shows its secret when printed.
type loud struct {
	*toy
	secret decrypt.Secret
}

func toyConfig(flaw string) Config {
	return Config{
		Opener: func(t testing.TB) decrypt.Opener {
			if flaw == "secrets are printed" {
				return loud{newToy(t, toySecret, flaw), toySecret}
			}
			return newToy(t, toySecret, flaw)
		},
		Sealer:   func(t testing.TB) decrypt.Sealer { return newToy(t, toySecret, flaw) },
		Stranger: func(t testing.TB) decrypt.Opener { return newToy(t, otherSecret, flaw) },
		Secrets:  [][]byte{toySecret, otherSecret},
	}
}
