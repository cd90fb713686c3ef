package sframejs

import (
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

func TestContract(t *testing.T) {
	frames := decrypttest.Frames(t)
	two := decrypttest.Frames(t, "opus", "vp8")
	var long []decrypttest.Frame // enough to skip something of
	for _, f := range frames {
		if f.Meta.Kind == decrypt.Audio || len(f.Data) >= clearBytes(f.Data[0]) {
			long = append(long, f)
		}
	}
	some := slices.DeleteFunc(slices.Clone(long), func(f decrypttest.Frame) bool { return f.Meta.Codec != "vp8" })
	key, other := keyOf("alice", "the first secret", 300), keyOf("mallory", "the other secret", 300)
	loose := keyOf("for all", "yet another secret")
	for _, c := range []struct {
		name         string
		sealer       decrypt.Key
		keys, others []decrypt.Key
		frames       []decrypttest.Frame
		clear        bool
	}{
		{"one key", key, []decrypt.Key{key}, []decrypt.Key{other}, frames, false},
		{"keys without an id among them", key, []decrypt.Key{loose, key}, []decrypt.Key{other, loose}, two, false},
		{"a key without an id", key, []decrypt.Key{keyOf("alice", "the first secret")}, []decrypt.Key{loose}, two, false},
		{"VP8 header skipped, and found out", skipping(key, true), []decrypt.Key{key}, []decrypt.Key{other, loose}, long, true},
		{"VP8 header skipped, by the key file", skipping(key, true), []decrypt.Key{skipping(key, true)}, []decrypt.Key{skipping(other, true)}, some, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			decrypttest.Run(t, decrypttest.Config{
				Opener:   func(t testing.TB) decrypt.Opener { return mustOpener(t, c.keys) },
				Stranger: func(t testing.TB) decrypt.Opener { return mustOpener(t, c.others) },
				Sealer:   func(t testing.TB) decrypt.Sealer { return mustSealer(t, c.sealer, SealerOptions{}) },
				Frames:   c.frames,
				Secrets:  [][]byte{key.Secret, other.Secret},
				Unprotected: func(f decrypttest.Frame, sealed []byte, i int) bool {
					return c.clear && f.Meta.Kind == decrypt.Video && i < clearBytes(sealed[0])
				},
			})
		})
	}
}
