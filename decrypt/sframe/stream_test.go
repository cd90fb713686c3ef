package sframe

import (
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Under per-SSRC keys each stream counts for itself, so what was seen of one
// says nothing of the other.
func TestStreamsWithKeysOfTheirOwnAreSeenApart(t *testing.T) {
	key := decrypt.Key{ID: "call", Type: "oct", Alg: "SFRAME-AES_128_GCM_SHA256_128", Secret: []byte("0123456789abcdef")}
	key.KDF, key.KeyID = "per-ssrc", new(uint64)
	seen := new(decrypt.Seen)
	for _, ssrc := range []uint32{1, 2} {
		m := decrypt.Meta{Kind: decrypt.Audio, Codec: "opus", SSRC: ssrc}
		s, err := NewSealer(key, SealerOptions{})
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := s.Seal(nil, []byte("the same words"), m)
		if err != nil {
			t.Fatal(err)
		}
		o, err := NewOpener([]decrypt.Key{key}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		res, err := o.Open(nil, sealed, m)
		if err != nil {
			t.Fatal(err)
		}
		if got := seen.Check(res, res.Plain); got != decrypt.Fresh {
			t.Errorf("SSRC %d: verdict %d, want Fresh", ssrc, got)
		}
	}
}
