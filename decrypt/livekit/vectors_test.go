package livekit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

const vectorFile = "livekit.json"

// params is what a vector's receiver is told, and what it is not told and can
// find out: the third word of the IV, and how often the sender ratcheted.
type params struct {
	Salt       string          `json:"ratchet_salt"`
	KeyBits    int             `json:"key_bits"`
	Index      uint64          `json:"key_index"`
	IV3        uint32          `json:"iv3"`
	Ratchets   int             `json:"ratchets"`
	SIFTrailer decrypttest.Hex `json:"sif_trailer"`
}

type material struct {
	Index      uint64
	Passphrase string
	BaseKey    decrypttest.Hex `json:"base_key"`
	KDF        string
}

func paramsOf(t testing.TB, v decrypttest.Vector) (p params) {
	t.Helper()
	v.Params(t, &p)
	return p
}

// keysOf is what a key file would have for a vector.
func keysOf(t testing.TB, v decrypttest.Vector) []decrypt.Key {
	t.Helper()
	var all []material
	v.KeyMaterial(t, &all)
	p := paramsOf(t, v)
	return keyFile(v.ID, p, all)
}

func keyFile(id string, p params, all []material) []decrypt.Key {
	var keys []decrypt.Key
	for _, m := range all {
		k := decrypt.Key{ID: id, Type: "oct", Alg: "LIVEKIT-A128GCM", Secret: decrypt.Secret(m.Passphrase)}
		if p.KeyBits == 256 {
			k.Alg = "LIVEKIT-A256GCM"
		}
		if m.BaseKey != nil {
			k.Secret = decrypt.Secret(m.BaseKey)
		}
		if m.Index != p.Index { // held by the receiver besides
			k.ID += " besides"
		}
		k.KDF, k.Index = m.KDF, &m.Index
		if p.Salt != defaultSalt {
			k.RatchetSalt = &p.Salt
		}
		keys = append(keys, k)
	}
	return keys
}

// shared spares the tests PBKDF2.
var shared Cache

func newOpener(t testing.TB, keys []decrypt.Key, maxRatchet int) *Opener {
	t.Helper()
	o, err := NewOpener(keys, Options{MaxRatchet: maxRatchet, Cache: &shared})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestVectors(t *testing.T) {
	for name, typed := range map[string]bool{"frame type known": true, "frame type unknown": false} {
		t.Run(name, func(t *testing.T) {
			decrypttest.RunVectors(t, decrypttest.VectorConfig{
				File: vectorFile,
				Keys: keysOf,
				Opener: func(t testing.TB, _ decrypttest.Vector, keys []decrypt.Key) decrypt.Opener {
					o := newOpener(t, keys, 8)
					if !typed {
						return untyped{o}
					}
					return o
				},
				Look: look,
				Own:  filtered,
				Want: decrypttest.Counts{Opened: 163, Refused: 6, Unsent: 13, Own: 3},
			})
		})
	}
}

// untyped is an Opener whose caller does not know what a key frame is.
type untyped struct{ o *Opener }

func (u untyped) Open(dst, frame []byte, m decrypt.Meta) (decrypt.Result, error) {
	m.Type = decrypt.Unknown
	return u.o.Open(dst, frame, m)
}

func look(t testing.TB, v decrypttest.Vector, res decrypt.Result) {
	p := paramsOf(t, v)
	var iv []byte
	for _, word := range []uint32{v.Meta.SSRC, v.Meta.Timestamp, p.IV3} {
		iv = binary.BigEndian.AppendUint32(iv, word)
	}
	if p.IV3 != 0 && !bytes.Equal(res.Nonce, iv) {
		t.Errorf("nonce %x, want %x", res.Nonce, iv)
	}
	if res.Scheme != SchemeName || res.Key != v.ID || res.KID != p.Index || res.Step != p.Ratchets {
		t.Errorf("%s, key %q, index %d, step %d; want index %d, step %d",
			res.Scheme, res.Key, res.KID, res.Step, p.Index, p.Ratchets)
	}
	if !res.Adopted || res.HasCounter || res.Unauthenticated {
		t.Errorf("got %+v, want adopted, and no counter", res)
	}
}

// TestVectorErrors: what the library's receiver calls a missing key, a wrong
// one and a broken trailer have names of their own here.
func TestVectorErrors(t *testing.T) {
	refused := 0
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		if v.Expect.OK || v.Expect.Error == "sender" || paramsOf(t, v).SIFTrailer != nil {
			continue
		}
		refused++
		o := newOpener(t, keysOf(t, v), 1)
		_, err := o.Open(nil, v.Encrypted, v.Meta)
		var noKey *decrypt.NoKeyError
		switch {
		case v.Expect.Error == "no key":
			if !errors.As(err, &noKey) || noKey.ID != 3 || noKey.Scheme != SchemeName || len(noKey.Have) != 1 {
				t.Errorf("%s: %v, want no key 3", v.Title, err)
			}
		case strings.HasPrefix(v.Title, "IV length byte"):
			if !errors.Is(err, decrypt.ErrFormat) {
				t.Errorf("%s: %v, want ErrFormat", v.Title, err)
			}
		case !errors.Is(err, decrypt.ErrAuth) && !errors.Is(err, decrypt.ErrHold): // of a search that goes on
			t.Errorf("%s: %v, want ErrAuth", v.Title, err)
		}
	}
	if refused != 6 {
		t.Errorf("%d vectors, want 6", refused)
	}
}

// TestVectorsRefusedBySender: of what a release refused to send, the Sealer
// refuses what the newest still does.
func TestVectorsRefusedBySender(t *testing.T) {
	refused := make(map[string]int)
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		if v.Expect.Error != "sender" {
			continue
		}
		refused[v.Meta.Codec]++
		s, err := NewSealer(keysOf(t, v)[0], SealerOptions{})
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := s.Seal(nil, v.Plaintext, v.Meta)
		if refuses := v.Meta.Codec == "av1"; refuses != errors.Is(err, ErrCodec) || refuses != (len(sealed) == 0) {
			t.Errorf("%s: %v", v.Title, err)
		}
	}
	if refused["av1"] != 9 || refused["vp9"] != 4 || len(refused) != 2 {
		t.Errorf("refused %v, want 9 frames of AV1 and 4 of VP9", refused)
	}
}

// TestSealerMakesTheLibrarysBytes compares with all frames that releases with
// the Sealer's rules made.
func TestSealerMakesTheLibrarysBytes(t *testing.T) {
	made := 0
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		p := paramsOf(t, v)
		older := strings.HasPrefix(v.Title, "release ")
		guessed := strings.HasPrefix(v.Title, "codec unknown ") // by the library, from the bytes
		if older || guessed || !v.Expect.OK || p.IV3 == 0 || strings.HasPrefix(v.Title, "3-byte start codes") {
			continue
		}
		for _, key := range keysOf(t, v) {
			if *key.Index != p.Index {
				continue
			}
			s, err := NewSealer(key, SealerOptions{Step: p.Ratchets, Count: v.Meta.Timestamp - p.IV3})
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Seal(nil, v.Plaintext, v.Meta)
			if err != nil || !bytes.Equal(got, v.Encrypted) {
				t.Errorf("%s %s: got %x\nwant %x (%v)", v.ID, v.Title, got, v.Encrypted, err)
			}
			made++
		}
	}
	if made != 74 {
		t.Errorf("%d frames compared, want 74", made)
	}
}

func TestCaptures(t *testing.T) {
	for _, name := range []string{"vp8", "vp9", "h264"} {
		t.Run(name, func(t *testing.T) {
			decrypttest.RunCapture(t, name+"-livekit.json", func(t testing.TB, c decrypttest.Capture, _ decrypt.Kind) decrypt.Opener {
				var p params
				var all []material
				c.Params(t, &p)
				c.KeyMaterial(t, &all)
				return newOpener(t, keyFile(c.Name, p, all), 0)
			})
		})
	}
}

func TestRecordings(t *testing.T) {
	for _, name := range []string{"livekit-vp8", "livekit-vp8-rekey", "livekit-h264"} {
		t.Run(name, func(t *testing.T) {
			decrypttest.RunRecording(t, name, func(t testing.TB, keys []decrypt.Key) decrypt.Opener {
				return newOpener(t, keys, 0)
			})
		})
	}
}
