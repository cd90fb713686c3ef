package livekit

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func newSealer(t testing.TB, o SealerOptions) *Sealer {
	t.Helper()
	s, err := NewSealer(rawKey("k", 7), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSealRefuses(t *testing.T) {
	s := newSealer(t, SealerOptions{})
	for _, tt := range []struct {
		name  string
		frame []byte
		meta  decrypt.Meta
		want  error
	}{
		{"AV1", make([]byte, 50), decrypt.Meta{Kind: decrypt.Video, Codec: "av1"}, ErrCodec},
		{"VP8 of two bytes", []byte{1, 2}, decrypt.Meta{Kind: decrypt.Video, Codec: "vp8"}, ErrShort},
		{"VP8 key frame of 9 bytes", make([]byte, 9), decrypt.Meta{Kind: decrypt.Video, Codec: "vp8"}, ErrShort},
		{"VP8 key frame of 10 bytes", make([]byte, 10), decrypt.Meta{Kind: decrypt.Video, Codec: "vp8"}, nil},
		{"H.264 without a slice", []byte{0, 0, 1, 9}, decrypt.Meta{Kind: decrypt.Video, Codec: "h264", Type: decrypt.KeyFrame}, ErrShort},
		{"Opus of one byte", []byte{8}, decrypt.Meta{Kind: decrypt.Audio, Codec: "opus"}, nil},
	} {
		frame := tt.frame[:len(tt.frame):len(tt.frame)]
		out, err := s.Seal([]byte("dst"), frame, tt.meta)
		if !errors.Is(err, tt.want) || err != nil && string(out) != "dst" {
			t.Errorf("%s: got %q, %v; want %v", tt.name, out, err, tt.want)
		}
	}
	if out, err := s.Seal([]byte("dst"), nil, decrypt.Meta{}); err != nil || string(out) != "dst" {
		t.Errorf("an empty frame: %q, %v; want it to stay empty", out, err)
	}
}

// counterOf is the send counter in a sealed frame's IV.
func counterOf(f []byte) uint32 {
	iv := f[len(f)-tailLen:]
	return binary.BigEndian.Uint32(iv[4:]) - binary.BigEndian.Uint32(iv[8:])
}

func TestSealNeverRepeatsAnIV(t *testing.T) {
	s := newSealer(t, SealerOptions{Count: 65000})
	m := decrypt.Meta{Kind: decrypt.Audio, SSRC: 1, Timestamp: 5}
	frame := []byte{1, 2, 3}
	var buf []byte
	seen := make(map[uint32]bool)
	for n := range countLimit {
		f, err := s.Seal(buf[:0], frame, m)
		if err != nil {
			t.Fatalf("frame %d: %v", n, err)
		}
		if c := counterOf(f); seen[c] || c >= countLimit {
			t.Fatalf("frame %d: counter %d again, or too high", n, c)
		}
		seen[counterOf(f)] = true
		buf = f
	}
	if _, err := s.Seal(nil, frame, m); !errors.Is(err, ErrNonce) {
		t.Errorf("one frame more: %v, want ErrNonce", err)
	}
	other := m
	other.SSRC = 2
	if _, err := s.Seal(nil, frame, other); err != nil {
		t.Errorf("another SSRC: %v", err)
	}
	m.Timestamp++
	if f, err := s.Seal(nil, frame, m); err != nil || counterOf(f) != 65000 {
		t.Errorf("another timestamp: %v, counter %d; want 65000", err, counterOf(f))
	}
}

func TestSealDrawsItsCounter(t *testing.T) {
	drawn := make(map[uint32]bool)
	for range 20 {
		f, err := newSealer(t, SealerOptions{}).Seal(nil, []byte{1, 2}, decrypt.Meta{Kind: decrypt.Audio})
		if err != nil {
			t.Fatal(err)
		}
		drawn[counterOf(f)] = true
	}
	if len(drawn) < 15 { // the chance of that is one in 10^17
		t.Errorf("%d counters drawn by 20 senders", len(drawn))
	}
}
