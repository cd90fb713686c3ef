package livekit

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

var codecNames = []string{"opus", "vp8", "vp9", "h264", "h265", "av1", ""}

// FuzzOpen: whatever the frame is, Open does not panic, keeps dst and the
// frame, and gives only what a sender had sealed.
func FuzzOpen(f *testing.F) {
	sealed := make(map[string]bool)
	seeds := 0
	keys := []decrypt.Key{cheapPassphrase("passphrase", 3)}
	for _, v := range decrypttest.Vectors(f, vectorFile) {
		sealed[string(v.Expect.Plaintext)] = true
		if v.Encrypted == nil || len(v.Encrypted) > 500 {
			continue
		}
		keys = append(keys, keysOf(f, v)...)
		f.Add(v.Encrypted, byte(slices.Index(codecNames, v.Meta.Codec)), byte(v.Meta.Type))
		seeds++
	}
	if seeds < 150 {
		f.Fatalf("only %d seeds", seeds)
	}
	distinct := keys[:0]
	for _, k := range keys {
		known := false
		for _, d := range distinct {
			known = known || bytes.Equal(d.Secret, k.Secret) && *d.Index == *k.Index
		}
		if !known {
			distinct = append(distinct, k)
		}
	}
	f.Fuzz(func(t *testing.T, frame []byte, codec, frameType byte) {
		m := decrypt.Meta{Kind: decrypt.Video, Codec: codecNames[int(codec)%len(codecNames)], Type: decrypt.FrameType(frameType % 3)}
		if m.Codec == "opus" {
			m.Kind = decrypt.Audio
		}
		o := newOpener(t, distinct, 2)
		before := bytes.Clone(frame)
		for range 3 {
			res, err := o.Open([]byte("dst"), frame, m)
			if !bytes.Equal(frame, before) || !bytes.HasPrefix(res.Plain, []byte("dst")) {
				t.Fatal("frame or dst altered")
			}
			if err != nil && len(res.Plain) != 3 {
				t.Fatal("plaintext beside an error")
			}
			if err == nil && !sealed[string(res.Plain[3:])] {
				t.Fatalf("%x was never sealed", res.Plain[3:])
			}
		}
	})
}

// FuzzSeal: what the Sealer makes opens to what it was given, apart from the
// start codes that it makes longer.
func FuzzSeal(f *testing.F) {
	seeds := 0
	for _, frame := range decrypttest.Frames(f) {
		f.Add(frame.Data, byte(slices.Index(codecNames, frame.Meta.Codec)), uint32(seeds))
		seeds++
	}
	if seeds < 27 {
		f.Fatalf("only %d seeds", seeds)
	}
	k := rawKey("k", 1)
	f.Fuzz(func(t *testing.T, plain []byte, codec byte, ts uint32) {
		m := decrypt.Meta{Kind: decrypt.Video, Codec: codecNames[int(codec)%len(codecNames)], Timestamp: ts}
		if m.Codec == "opus" {
			m.Kind = decrypt.Audio
		}
		if m.Codec == "av1" || len(plain) == 0 {
			return
		}
		s, err := NewSealer(k, SealerOptions{Count: 1})
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := s.Seal(nil, plain, m)
		if len(plain) < 10 && errors.Is(err, ErrShort) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		want := plain
		if n, escaped := codecClear(plain, codecOf(m), m.Type); escaped {
			want = append(appendLong(nil, plain[:n]), plain[n:]...)
		}
		res, err := newOpener(t, []decrypt.Key{k}, 1).Open(nil, sealed, m)
		if err != nil || !bytes.Equal(res.Plain, want) {
			t.Fatalf("%v\ngot %x\nwant %x\nsealed %x", err, res.Plain, want, sealed)
		}
	})
}

// FuzzFilter: no payload makes it panic.
func FuzzFilter(f *testing.F) {
	seeds := 0
	for _, p := range sentPayloads(f) {
		f.Add(p.data, byte(slices.Index(codecNames, p.meta.Codec)))
		seeds++
	}
	f.Add(append([]byte{0x10}, blankVP8...), byte(1))
	f.Add(append([]byte{0x78}, blankH264...), byte(3))
	if seeds < 100 {
		f.Fatalf("only %d seeds", seeds)
	}
	filter := NewFilter([]byte("LK-ROCKS"))
	f.Fuzz(func(t *testing.T, payload []byte, codec byte) {
		m := decrypt.Meta{Kind: decrypt.Video, Codec: codecNames[int(codec)%len(codecNames)]}
		injected := filter.Injected(payload, m)
		if injected && len(payload) < len("LK-ROCKS") {
			t.Errorf("%x is injected", payload)
		}
	})
}
