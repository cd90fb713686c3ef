package sframe

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

const vectorFile = "sframe-rfc9605.json"

// params is what a vector's receiver is told, and what it is not told and can
// find out: counter and step.
type params struct {
	Suite      int `json:"cipher_suite"`
	KID, CTR   decrypttest.Number
	Metadata   decrypttest.Hex
	KDF        string `json:"key_management"`
	R          int
	Generation uint64 `json:"key_generation"`
	Step       int    `json:"ratchet_step"`
	Epoch      uint64
	EpochBits  int    `json:"epoch_bits"`
	SenderBits int    `json:"sender_bits"`
	Sender     uint64 `json:"sender_index"`
	Context    uint64
}

type material struct {
	Base        decrypttest.Hex `json:"base_key"`
	Step0       decrypttest.Hex `json:"base_key_step0"`
	Exporter    decrypttest.Hex `json:"mls_exporter_secret"`
	EpochSecret decrypttest.Hex `json:"sframe_epoch_secret"`
	Session     decrypttest.Hex `json:"session_base_key"`
	Key         decrypttest.Hex `json:"sframe_key"`
	Salt        decrypttest.Hex `json:"sframe_salt"`
}

func read(t testing.TB, v decrypttest.Vector) (p params, m material) {
	t.Helper()
	var all []material
	v.Params(t, &p)
	v.KeyMaterial(t, &all)
	return p, all[0]
}

// keyOf is what a key file would say of a vector's key.
func keyOf(t testing.TB, v decrypttest.Vector) decrypt.Key {
	t.Helper()
	p, m := read(t, v)
	k := decrypt.Key{ID: v.ID, Type: "oct", Use: "enc", Alg: prefix + suites[p.Suite-1].name}
	if len(p.Metadata) > 0 {
		k.Metadata = p.Metadata
	}
	switch p.KDF {
	case "":
		k.Secret = decrypt.Secret(m.Base)
		k.KeyID = (*uint64)(&p.KID)
	case "sender-keys":
		k.Secret, k.KDF = decrypt.Secret(m.Step0), "ratchet"
		k.RatchetBits, k.Generation = p.R, p.Generation
	case "mls":
		k.Secret, k.KDF = decrypt.Secret(m.Exporter), "mls"
		k.Epoch, k.EpochBits, k.SenderBits = &p.Epoch, p.EpochBits, p.SenderBits
	case "mls-cisco":
		k.Secret, k.KDF = decrypt.Secret(m.EpochSecret), "mls-cisco"
		k.Epoch, k.EpochBits, k.SenderBits = &p.Epoch, p.EpochBits, p.SenderBits
	case "per-ssrc":
		k.Secret, k.KDF = decrypt.Secret(m.Session), "per-ssrc"
		k.KeyID = (*uint64)(&p.KID)
	default:
		t.Fatalf("%s: key management %q", v.ID, p.KDF)
	}
	return k
}

func newOpener(t testing.TB, keys ...decrypt.Key) *Opener {
	t.Helper()
	o, err := NewOpener(keys, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestVectors(t *testing.T) {
	decrypttest.RunVectors(t, decrypttest.VectorConfig{
		File: vectorFile,
		Keys: func(t testing.TB, v decrypttest.Vector) []decrypt.Key { return []decrypt.Key{keyOf(t, v)} },
		Opener: func(t testing.TB, _ decrypttest.Vector, keys []decrypt.Key) decrypt.Opener {
			return newOpener(t, keys...)
		},
		Look: func(t testing.TB, v decrypttest.Vector, res decrypt.Result) {
			p, _ := read(t, v)
			got := fmt.Sprint(res.Scheme, res.Key, res.KID, res.Counter, res.HasCounter, res.Step, res.Adopted)
			want := fmt.Sprint(SchemeName, v.ID, p.KID, p.CTR, true, p.Step, true)
			if got != want {
				t.Errorf("result %s, want %s", got, want)
			}
		},
		Want: decrypttest.Counts{Opened: 108, Refused: 32},
	})
}

// TestVectorsBesideAllOthers: the suite is not in the frame, and many vectors
// share a key id. Among all their keys the right one is found all the same.
func TestVectorsBesideAllOthers(t *testing.T) {
	var keys []decrypt.Key
	have := make(map[string]bool)
	vectors := decrypttest.Vectors(t, vectorFile)
	for _, v := range vectors {
		k := keyOf(t, v)
		id := k.ID
		k.ID = ""
		if text := fmt.Sprintf("%x %+v", []byte(k.Secret), k); v.Expect.OK && !have[text] {
			have[text] = true
			k.ID = id
			keys = append(keys, k)
		}
	}
	if len(keys) < 60 {
		t.Fatalf("only %d different keys", len(keys))
	}
	for _, v := range vectors {
		if !v.Expect.OK {
			continue
		}
		p, _ := read(t, v)
		var frames []decrypttest.Encrypted
		for range 20 { // its search may take more than one frame earns
			frames = append(frames, decrypttest.Encrypted{Data: v.Encrypted, Meta: v.Meta})
		}
		if suites[p.Suite-1].short() { // and another must confirm what it finds
			s := vectorSealer(t, v, 5)
			frames = append(frames, decrypttest.Encrypted{Data: sealed(t, s, "another", v.Meta), Meta: v.Meta})
		}
		opened, _ := decrypttest.OpenTrack(t, newOpener(t, keys...), frames)
		if len(opened) == 0 || !bytes.Equal(opened[0].Result.Plain, v.Expect.Plaintext) {
			t.Errorf("%s, %s, is not opened among %d keys", v.ID, v.Title, len(keys))
		}
	}
}

// vectorSealer seals as the vector's sender, from a counter on.
func vectorSealer(t testing.TB, v decrypttest.Vector, counter uint64) *Sealer {
	t.Helper()
	p, _ := read(t, v)
	return newSealer(t, keyOf(t, v), SealerOptions{Sender: p.Context<<p.SenderBits | p.Sender, Step: p.Step, Counter: counter})
}

// TestVectorsSeal seals the plaintexts again: the bytes are those of
// cisco/sframe and of the RFC.
func TestVectorsSeal(t *testing.T) {
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		if !v.Expect.OK {
			continue
		}
		p, _ := read(t, v)
		frame, err := vectorSealer(t, v, uint64(p.CTR)).Seal([]byte("before"), v.Expect.Plaintext, v.Meta)
		if err != nil || string(frame) != "before"+string(v.Encrypted) {
			t.Errorf("%s, %s: sealed %x, %v", v.ID, v.Title, frame, err)
		}
	}
}

func TestVectorsHeader(t *testing.T) {
	var file struct {
		Header []struct {
			KID, CTR decrypttest.Number
			Encoded  decrypttest.Hex
		}
	}
	corpus.Vectors(t, vectorFile, &file)
	for _, v := range file.Header {
		want := Header{KID: uint64(v.KID), Counter: uint64(v.CTR)}
		got, n, err := ParseHeader(v.Encoded)
		if err != nil || got != want || n != len(v.Encoded) {
			t.Errorf("%x: %+v in %d bytes, %v", v.Encoded, got, n, err)
		}
		if b := want.Append(nil); !bytes.Equal(b, v.Encoded) {
			t.Errorf("%+v: %x, want %x", want, b, v.Encoded)
		}
	}
	if len(file.Header) != 289 {
		t.Errorf("%d header vectors, want 289", len(file.Header))
	}
}

func TestVectorsAEAD(t *testing.T) {
	var file struct {
		AEAD []struct {
			Suite                   int `json:"cipher_suite"`
			Key, Nonce, AAD, PT, CT decrypttest.Hex
		}
	}
	corpus.Vectors(t, vectorFile, &file)
	for _, v := range file.AEAD {
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
	if len(file.AEAD) != 6 {
		t.Errorf("%d AEAD vectors, want 6", len(file.AEAD))
	}
}

func TestVectorsStreamKeys(t *testing.T) {
	var file struct {
		PerSSRC []struct {
			Suite   int                `json:"cipher_suite"`
			Base    decrypttest.Hex    `json:"base_key"`
			SSRCA   decrypttest.Number `json:"ssrc_a"`
			StreamA decrypttest.Hex    `json:"stream_key_a"`
			SSRCB   decrypttest.Number `json:"ssrc_b"`
			StreamB decrypttest.Hex    `json:"stream_key_b"`
		} `json:"per_ssrc_key_derivation"`
	}
	corpus.Vectors(t, vectorFile, &file)
	for _, v := range file.PerSSRC {
		s := &suites[v.Suite-1]
		a, errA := s.stream(v.Base, uint32(v.SSRCA))
		b, errB := s.stream(v.Base, uint32(v.SSRCB))
		if errA != nil || errB != nil || !bytes.Equal(a, v.StreamA) || !bytes.Equal(b, v.StreamB) {
			t.Errorf("suite %d: %x %x, %v %v", v.Suite, a, b, errA, errB)
		}
	}
	if len(file.PerSSRC) != 8 {
		t.Errorf("%d per-SSRC vectors, want 8", len(file.PerSSRC))
	}
}

func TestVectorsDerivedKeys(t *testing.T) {
	compared := 0
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		p, m := read(t, v)
		s := &suites[p.Suite-1]
		if m.Key != nil {
			compared++
			key, salt, err := s.derive(m.Base, uint64(p.KID))
			if err != nil || !bytes.Equal(key, m.Key) || !bytes.Equal(salt, m.Salt) {
				t.Errorf("%s: key %x, salt %x, %v", v.ID, key, salt, err)
			}
		}
		if p.KDF == "sender-keys" {
			compared++
			base, err := newChain(s, m.Step0).key(p.Step)
			if err != nil || !bytes.Equal(base, m.Base) {
				t.Errorf("%s: base key of step %d is %x, %v", v.ID, p.Step, base, err)
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
