package jitsi

import (
	"bytes"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// codecs are what a fuzzer can choose from.
var codecs = []string{"opus", "vp8", "vp9", "h264", "h265", "av1", ""}

// fuzzMeta makes a Meta of one number, and the other way round.
func fuzzMeta(n uint8) decrypt.Meta {
	return decrypt.Meta{
		Kind:  decrypt.Kind(n % 3),
		Type:  decrypt.FrameType(n / 3 % 3),
		Codec: codecs[int(n)/9%len(codecs)],
	}
}

func fuzzNumber(t testing.TB, m decrypt.Meta) uint8 {
	for n := range uint8(9 * 7) {
		if got := fuzzMeta(n); got.Kind == m.Kind && got.Type == m.Type && got.Codec == m.Codec {
			return n
		}
	}
	t.Fatalf("no number for %+v", m)
	return 0
}

// unsigned is a JFrame without its signature, which is not covered by the tag.
func unsigned(frame []byte) string {
	last := len(frame) - 1
	if frame[last]&0x80 == 0 || last < sigLen {
		return string(frame)
	}
	return string(frame[:last-sigLen]) + string(frame[last:])
}

// Whatever the bytes are, nothing comes out that no sender put in.
func FuzzOpen(f *testing.F) {
	var keys []decrypt.Key
	sent := make(map[string]bool)
	kids := make(map[string]bool)
	for _, v := range decrypttest.Vectors(f, "jitsi.json") {
		if v.Observation {
			continue
		}
		f.Add([]byte(v.Encrypted), fuzzNumber(f, v.Meta))
		if v.Expect.OK {
			sent[string(v.Plaintext)], sent[unsigned(v.Encrypted)] = true, true
		}
		for _, k := range keysOf(f, v) {
			k.Iterations = 100_000
			if name := k.Alg + k.Era + string(k.Secret); !kids[name] {
				kids[name] = true
				k.Verify = ""
				keys = append(keys, k)
			}
		}
	}
	if len(sent) < 20 || len(keys) < 8 {
		f.Fatalf("seeds of %d plaintexts, %d keys", len(sent), len(keys))
	}
	f.Fuzz(func(t *testing.T, frame []byte, n uint8) {
		o, err := NewOpener(keys, Options{MaxRatchet: 10})
		if err != nil {
			t.Fatal(err)
		}
		before := bytes.Clone(frame)
		for range 3 { // a search may go on
			res, err := o.Open([]byte("dst"), frame, fuzzMeta(n))
			plain, ok := bytes.CutPrefix(res.Plain, []byte("dst"))
			if !ok || !bytes.Equal(frame, before) {
				t.Fatal("dst or the frame was changed")
			}
			if err != nil && len(plain) > 0 {
				t.Fatalf("%v, and %d bytes of plaintext", err, len(plain))
			}
			// A JFrame's tag does not cover where its ciphertext begins, and
			// the fuzzer lies about codecs.
			if err == nil && !sent[string(plain)] && !(res.HasCounter && sent[unsigned(frame)]) {
				t.Fatalf("opened to %x, which nobody sent", plain)
			}
		}
	})
}

// What is sealed opens to what it was.
func FuzzSeal(f *testing.F) {
	for _, frame := range decrypttest.Frames(f) {
		f.Add(frame.Data, fuzzNumber(f, frame.Meta), uint64(300), uint8(3))
	}
	all := schemes()
	f.Fuzz(func(t *testing.T, plain []byte, n uint8, first uint64, which uint8) {
		s := all[int(which)%len(all)]
		k := s.key("key", 1, index(uint64(which)))
		m := fuzzMeta(n)
		if s.alg != "JITSI-JFRAME-CTR" {
			first %= maxCount
		}
		sealer, err := NewSealer(k, SealerOptions{First: &first})
		if err != nil {
			return // counter 0
		}
		sealed, err := sealer.Seal(nil, plain, m)
		if err != nil {
			return // too short, or of unknown type
		}
		res, err := newOpener(t, []decrypt.Key{k}).Open(nil, sealed, m)
		if err != nil || !bytes.Equal(res.Plain, plain) {
			t.Fatalf("%v, %+v: sealed %x as %x, opened %x, %v", s, m, plain, sealed, res.Plain, err)
		}
	})
}
