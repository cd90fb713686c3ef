package sframe

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// octets is hex in the vectors' JSON.
type octets []byte

func (o *octets) UnmarshalText(text []byte) (err error) {
	*o, err = hex.DecodeString(string(text))
	return err
}

// number is "0x…" in the vectors' JSON.
type hexNumber uint64

func (n *hexNumber) UnmarshalText(text []byte) error {
	v, err := strconv.ParseUint(string(text), 0, 64)
	*n = hexNumber(v)
	return err
}

type vectorFile struct {
	Header []struct {
		KID, CTR hexNumber
		Encoded  octets
	}
	AEAD []struct {
		Suite                   uint16 `json:"cipher_suite"`
		Key, Nonce, AAD, PT, CT octets
	}
	PerSSRC []struct {
		Suite   uint16    `json:"cipher_suite"`
		Base    octets    `json:"base_key"`
		SSRCA   hexNumber `json:"ssrc_a"`
		StreamA octets    `json:"stream_key_a"`
		SSRCB   hexNumber `json:"ssrc_b"`
		StreamB octets    `json:"stream_key_b"`
	} `json:"per_ssrc_key_derivation"`
	Vectors []vector
}

type vector struct {
	ID, Title, Kind string
	Params          struct {
		Suite      uint16 `json:"cipher_suite"`
		KID, CTR   hexNumber
		Metadata   octets
		KDF        string `json:"key_management"`
		R          int
		Generation uint64    `json:"key_generation"`
		Step       int       `json:"ratchet_step"`
		Epoch      uint64    `json:"epoch"`
		EpochBits  int       `json:"epoch_bits"`
		SenderBits int       `json:"sender_bits"`
		Sender     uint64    `json:"sender_index"`
		Context    uint64    `json:"context"`
		SSRC       hexNumber `json:"ssrc"`
	}
	Keys struct {
		Base        octets `json:"base_key"`
		Step0       octets `json:"base_key_step0"`
		Exporter    octets `json:"mls_exporter_secret"`
		EpochSecret octets `json:"sframe_epoch_secret"`
		Session     octets `json:"session_base_key"`
		Key         octets `json:"sframe_key"`
		Salt        octets `json:"sframe_salt"`
	} `json:"key"`
	Encrypted octets
	Expect    struct {
		OK        bool
		Error     string
		Plaintext octets
	}
}

func load(t testing.TB) (f vectorFile) {
	t.Helper()
	corpus.Vectors(t, "sframe-rfc9605.json", &f)
	return f
}

// key is what a key file would say of the vector's key.
func (v *vector) key() decrypt.Key {
	p := &v.Params
	k := decrypt.Key{ID: v.ID, Type: "oct", Alg: prefix + suites[p.Suite-1].name}
	k.Metadata = p.Metadata
	switch p.KDF {
	case "":
		k.Secret = decrypt.Secret(v.Keys.Base)
		k.KeyID = (*uint64)(&p.KID)
	case "sender-keys":
		k.Secret, k.KDF = decrypt.Secret(v.Keys.Step0), "ratchet"
		k.RatchetBits, k.Generation = p.R, p.Generation
	case "mls":
		k.Secret, k.KDF = decrypt.Secret(v.Keys.Exporter), "mls"
		k.Epoch, k.EpochBits, k.SenderBits = &p.Epoch, p.EpochBits, p.SenderBits
	case "mls-cisco":
		k.Secret, k.KDF = decrypt.Secret(v.Keys.EpochSecret), "mls-cisco"
		k.Epoch, k.EpochBits, k.SenderBits = &p.Epoch, p.EpochBits, p.SenderBits
	case "per-ssrc":
		k.Secret, k.KDF = decrypt.Secret(v.Keys.Session), "per-ssrc"
		k.KeyID = (*uint64)(&p.KID)
	default:
		panic("vector " + v.ID + ": key management " + p.KDF)
	}
	return k
}

func (v *vector) meta() decrypt.Meta {
	m := decrypt.Meta{Kind: decrypt.Video, SSRC: uint32(v.Params.SSRC)}
	if v.Kind == "audio" {
		m.Kind = decrypt.Audio
	}
	return m
}

func newOpener(t testing.TB, keys ...decrypt.Key) *Opener {
	t.Helper()
	o, err := NewOpener(keys, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestVectorsOpen(t *testing.T) {
	opened, refused := 0, 0
	for _, v := range load(t).Vectors {
		o := newOpener(t, v.key())
		before := bytes.Clone(v.Encrypted)
		res, err := o.Open([]byte("before"), v.Encrypted, v.meta())
		if !bytes.Equal(v.Encrypted, before) {
			t.Errorf("%s: the frame was changed", v.ID)
		}
		plain, ok := bytes.CutPrefix(res.Plain, []byte("before"))
		if !ok {
			t.Errorf("%s: dst was not kept: %q", v.ID, res.Plain)
		}
		if !v.Expect.OK {
			refused++
			if err := v.refusal(err); err != nil {
				t.Errorf("%s, %s: %v", v.ID, v.Title, err)
			}
			if len(plain) > 0 {
				t.Errorf("%s: a plaintext of %d bytes beside an error", v.ID, len(plain))
			}
			continue
		}
		opened++
		if err != nil || !bytes.Equal(plain, v.Expect.Plaintext) {
			t.Errorf("%s, %s: plaintext %x, %v", v.ID, v.Title, plain, err)
		}
		got := fmt.Sprint(res.Scheme, res.Key, res.KID, res.Counter, res.HasCounter, res.Step, res.Adopted)
		want := fmt.Sprint("sframe", v.ID, v.Params.KID, v.Params.CTR, true, v.Params.Step, true)
		if got != want {
			t.Errorf("%s: result %s, want %s", v.ID, got, want)
		}
	}
	if opened != 108 || refused != 32 {
		t.Errorf("%d opened and %d refused, want 108 and 32", opened, refused)
	}
}

// refusal compares an error with the vector's word for it.
func (v *vector) refusal(err error) error {
	noKey, isNoKey := errors.AsType[*decrypt.NoKeyError](err)
	switch v.Expect.Error {
	case "authentication":
		if errors.Is(err, decrypt.ErrAuth) {
			return nil
		}
	case "too short":
		if errors.Is(err, decrypt.ErrFormat) {
			return nil
		}
	case "no key":
		have := []uint64{uint64(v.Params.KID)}
		if isNoKey && noKey.ID == 9 && fmt.Sprint(noKey.Have) == fmt.Sprint(have) {
			return nil
		}
	}
	return fmt.Errorf("got %v, want %s", err, v.Expect.Error)
}

// TestVectorsSeal seals the plaintexts again: the bytes are those of
// cisco/sframe and of the RFC.
func TestVectorsSeal(t *testing.T) {
	for _, v := range load(t).Vectors {
		if !v.Expect.OK {
			continue
		}
		p := &v.Params
		s, err := NewSealer(v.key(), SealerOptions{
			Sender: p.Context<<p.SenderBits | p.Sender, Step: p.Step, Counter: uint64(p.CTR),
		})
		if err != nil {
			t.Errorf("%s: %v", v.ID, err)
			continue
		}
		sealed, err := s.Seal([]byte("before"), v.Expect.Plaintext, v.meta())
		if err != nil || string(sealed) != "before"+string(v.Encrypted) {
			t.Errorf("%s, %s: sealed %x, %v", v.ID, v.Title, sealed, err)
		}
	}
}

func TestVectorsHeader(t *testing.T) {
	vectors := load(t).Header
	for _, v := range vectors {
		want := Header{KID: uint64(v.KID), Counter: uint64(v.CTR)}
		got, n, err := ParseHeader(v.Encoded)
		if err != nil || got != want || n != len(v.Encoded) {
			t.Errorf("%x: %+v in %d bytes, %v", v.Encoded, got, n, err)
		}
		if b := want.Append(nil); !bytes.Equal(b, v.Encoded) {
			t.Errorf("%+v: %x, want %x", want, b, v.Encoded)
		}
	}
	if len(vectors) != 289 {
		t.Errorf("%d header vectors, want 289", len(vectors))
	}
}

func TestVectorsAEAD(t *testing.T) {
	vectors := load(t).AEAD
	for _, v := range vectors {
		aead, err := suites[v.Suite-1].aead(v.Key)
		if err != nil {
			t.Fatal(err)
		}
		if sealed := aead.Seal(nil, v.Nonce, v.PT, v.AAD); !bytes.Equal(sealed, v.CT) {
			t.Errorf("suite %d: %x, want %x", v.Suite, sealed, v.CT)
		}
		if plain, err := aead.Open(nil, v.Nonce, v.CT, v.AAD); err != nil || !bytes.Equal(plain, v.PT) {
			t.Errorf("suite %d: %x, %v", v.Suite, plain, err)
		}
	}
	if len(vectors) != 6 {
		t.Errorf("%d AEAD vectors, want 6", len(vectors))
	}
}

func TestVectorsStreamKeys(t *testing.T) {
	vectors := load(t).PerSSRC
	for _, v := range vectors {
		s := &suites[v.Suite-1]
		a, errA := s.stream(v.Base, uint32(v.SSRCA))
		b, errB := s.stream(v.Base, uint32(v.SSRCB))
		if errA != nil || errB != nil || !bytes.Equal(a, v.StreamA) || !bytes.Equal(b, v.StreamB) {
			t.Errorf("suite %d: %x %x, %v %v", v.Suite, a, b, errA, errB)
		}
	}
	if len(vectors) != 8 {
		t.Errorf("%d per-SSRC vectors, want 8", len(vectors))
	}
}

func TestVectorsDerivedKeys(t *testing.T) {
	compared := 0
	for _, v := range load(t).Vectors {
		s := &suites[v.Params.Suite-1]
		if v.Keys.Key != nil {
			compared++
			key, salt, err := s.derive(v.Keys.Base, uint64(v.Params.KID))
			if err != nil || !bytes.Equal(key, v.Keys.Key) || !bytes.Equal(salt, v.Keys.Salt) {
				t.Errorf("%s: key %x, salt %x, %v", v.ID, key, salt, err)
			}
		}
		if v.Params.KDF == "sender-keys" {
			compared++
			base, err := newChain(s, v.Keys.Step0).key(v.Params.Step)
			if err != nil || !bytes.Equal(base, v.Keys.Base) {
				t.Errorf("%s: base key of step %d is %x, %v", v.ID, v.Params.Step, base, err)
			}
		}
	}
	if compared != 26 {
		t.Errorf("%d keys compared, want 8 official ones and 18 ratchets", compared)
	}
}

func TestHandles(t *testing.T) {
	for i := range suites {
		if alg := prefix + suites[i].name; !Handles(alg) || suites[i].id != uint16(i+1) {
			t.Errorf("suite %d, %s, is not handled", suites[i].id, alg)
		}
	}
	for _, alg := range []string{"", "SFRAME-", "AES_128_GCM_SHA256_128", "MEDOOZE-SFRAME", "sframe-" + suites[3].name, prefix + strings.ToLower(suites[3].name)} {
		if Handles(alg) {
			t.Errorf("%q is handled", alg)
		}
	}
}
