package xor

import (
	"encoding/hex"
	"errors"
	"testing"
	"unicode/utf16"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// vector is one frame that a demonstration sealed.
type vector struct {
	ID, Title string
	Params    struct {
		Variant      string
		CryptoOffset bool    `json:"crypto_offset"`
		KeyID        *uint64 `json:"key_id"`
	}
	Key                  struct{ Secret string }
	Kind, Codec          string
	FrameType            string `json:"frame_type"`
	Plaintext, Encrypted string
	Expect               struct {
		OK           bool
		Error        string
		Undetectable bool
	}
	LibraryDecrypt string `json:"library_decrypt"`
}

func vectors(t testing.TB) []vector {
	t.Helper()
	var file struct{ Vectors []vector }
	corpus.Vectors(t, "xor-demo.json", &file)
	if len(file.Vectors) != 87 {
		t.Fatalf("%d vectors, want 87", len(file.Vectors))
	}
	return file.Vectors
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// octets is a text as a key file holds it.
func octets(text string) (b []byte) {
	for _, unit := range utf16.Encode([]rune(text)) {
		b = append(b, byte(unit))
	}
	return b
}

// key is what a key file would say.
func (v *vector) key(t testing.TB) decrypt.Key {
	t.Helper()
	k := decrypt.Key{ID: v.ID, Type: "oct", Alg: "XOR-DEMO-WEBRTC", Secret: octets(v.Key.Secret)}
	k.Index = v.Params.KeyID
	switch v.Params.Variant {
	case "janus", "samples-2020-04":
		k.Alg = "XOR-DEMO-JANUS"
	case "samples", "samples-2020-03":
		k.ClearHeader = &v.Params.CryptoOffset
	default:
		t.Fatalf("%s: unknown variant %q", v.ID, v.Params.Variant)
	}
	return k
}

// meta is what RTP tells: the type with VP9 and AV1, of other codecs it has to
// be found.
func (v *vector) meta() decrypt.Meta {
	m := decrypt.Meta{Kind: decrypt.Video, Codec: v.Codec}
	told := v.Codec != "vp8" && v.Codec != "h264" && v.Codec != "h265"
	switch {
	case v.Kind == "audio":
		m.Kind = decrypt.Audio
	case told && v.FrameType == "key":
		m.Type = decrypt.KeyFrame
	case told:
		m.Type = decrypt.DeltaFrame
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

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			k := v.key(t)
			if v.Expect.Error == "sender" {
				checkSender(t, &v, k)
				return
			}
			res, err := newOpener(t, k).Open([]byte("before"), unhex(t, v.Encrypted), v.meta())
			if !v.Expect.OK {
				if !errors.Is(err, decrypt.ErrFormat) || string(res.Plain) != "before" {
					t.Errorf("%s: %v, want ErrFormat", v.Title, err)
				}
				return
			}
			if err != nil {
				t.Fatalf("%s: %v", v.Title, err)
			}
			got, plain := string(res.Plain), v.Plaintext
			if v.Expect.Undetectable { // noise, of which the vector has the beginning
				plain = v.LibraryDecrypt
				got = got[:min(len(got), len("before")+len(plain)/2)]
			}
			if want := "before" + string(unhex(t, plain)); got != want {
				t.Errorf("%s: got %x, want %x", v.Title, got, want)
			}
			kid := uint64(0)
			if v.Params.KeyID != nil {
				kid = *v.Params.KeyID
			}
			if !res.Unauthenticated || res.Scheme != "xor-demo" || res.Key != v.ID || res.KID != kid {
				t.Errorf("%s: %+v", v.Title, res)
			}
		})
	}
}

// checkSender expects that Seal refuses what the demonstration failed on.
func checkSender(t *testing.T, v *vector, k decrypt.Key) {
	t.Helper()
	s, err := NewSealer(k, SealerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Seal([]byte("before"), unhex(t, v.Plaintext), v.meta()); err == nil || string(got) != "before" {
		t.Errorf("%s: sealed to %x", v.Title, got)
	}
}

// What the demonstrations sealed is sealed to the same bytes here.
func TestSealerMakesTheDemonstrationsBytes(t *testing.T) {
	sealed := 0
	for _, v := range vectors(t) {
		if !v.Expect.OK || v.Expect.Undetectable {
			continue
		}
		s, err := NewSealer(v.key(t), SealerOptions{})
		if err != nil {
			t.Fatal(err)
		}
		m := v.meta()
		m.Type = decrypt.DeltaFrame
		if v.FrameType == "key" {
			m.Type = decrypt.KeyFrame
		}
		got, err := s.Seal([]byte("before"), unhex(t, v.Plaintext), m)
		if want := "before" + string(unhex(t, v.Encrypted)); err != nil || string(got) != want {
			t.Errorf("%s, %s: %v\ngot  %x\nwant %x", v.ID, v.Title, err, got, want)
		}
		sealed++
	}
	if sealed < 75 {
		t.Errorf("only %d vectors sealed", sealed)
	}
}
