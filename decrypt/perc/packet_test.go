package perc

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

func TestOpenPacketRefuses(t *testing.T) {
	good := testKey("PERC-LITE-AEAD_AES_128_GCM", 1)
	for _, c := range []struct {
		sin    string
		packet []byte
	}{
		{"nothing", nil},
		{"eleven bytes", make([]byte, 11)},
		{"version 0", bytes.Repeat([]byte{0x00}, 100)},
		{"version 3", bytes.Repeat([]byte{0xff}, 100)},
		{"CSRCs beyond the end", append([]byte{version | 15}, make([]byte, 40)...)},
		{"extension header beyond the end", append([]byte{version | extension}, make([]byte, 14)...)},
		{"extension beyond the end", append([]byte{version | extension}, bytes.Repeat([]byte{0xff}, 99)...)},
		{"payload shorter than an OHB", rtpPacket(1, 2, make([]byte, 10))},
		{"payload shorter than OHB and tag", rtpPacket(1, 2, make([]byte, 26))},
		{"padding of all the payload", append([]byte{version | padding}, bytes.Repeat([]byte{88}, 99)...)},
		{"padding of more than the payload", append([]byte{version | padding}, bytes.Repeat([]byte{200}, 99)...)},
	} {
		if _, err := open(t, newOpener(t, good), c.packet); !errors.Is(err, decrypt.ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", c.sin, err)
		}
	}
	double := newOpener(t, testKey("SRTP-DOUBLE-AEAD_AES_128_GCM", 1))
	for _, c := range []struct {
		sin     string
		payload []byte
	}{
		{"no OHB", nil},
		{"OHB without its sequence number", []byte{0, origQ}},
		{"OHB without its payload type", []byte{origP}},
		{"OHB with a sequence number for payload type", []byte{0, 0, origP | origQ}},
		{"less than a tag", append(make([]byte, 15), 0)},
	} {
		if _, err := open(t, double, rtpPacket(1, 2, c.payload)); !errors.Is(err, decrypt.ErrFormat) {
			t.Errorf("%s: %v, want ErrFormat", c.sin, err)
		}
	}
}

// TestLitePadding: a server may pad what it sends on.
func TestLitePadding(t *testing.T) {
	k := testKey("PERC-LITE-AEAD_AES_128_GCM", 1)
	original := rtpPacket(5, 6, []byte("media"))
	packet, err := newSealer(t, k).SealPacket(nil, original)
	if err != nil {
		t.Fatal(err)
	}
	packet[0] |= padding
	res, err := open(t, newOpener(t, k), append(packet, 0, 0, 0, 4))
	equal(t, "padded", res, err, original)
}

// TestDoubleKeepsPadding: the inner layer covers padding, and what its header
// says of it.
func TestDoubleKeepsPadding(t *testing.T) {
	k := testKey("SRTP-DOUBLE-AEAD_AES_128_GCM", 1)
	original := rtpPacket(5, 6, []byte("media\x00\x00\x03"))
	original[0] |= padding
	packet, err := newSealer(t, k).SealPacket(nil, original)
	if err != nil {
		t.Fatal(err)
	}
	res, err := open(t, newOpener(t, k), packet)
	equal(t, "padded", res, err, original)
}

func TestNewOpenerRefuses(t *testing.T) {
	for _, n := range []int{0, 27, 29, 44} {
		k := testKey("PERC-LITE-AEAD_AES_128_GCM", 1)
		k.Secret = make(decrypt.Secret, n)
		if _, err := NewOpener([]decrypt.Key{k}, Options{}); err == nil {
			t.Errorf("a key of %d bytes is taken", n)
		}
		if _, err := NewSealer(k); err == nil {
			t.Errorf("the Sealer takes a key of %d bytes", n)
		}
	}
	if _, err := NewOpener([]decrypt.Key{{Alg: "JITSI-GCM"}}, Options{}); err != nil {
		t.Errorf("a key of another scheme: %v", err)
	}
	if _, err := NewSealer(decrypt.Key{Alg: "JITSI-GCM"}); err == nil {
		t.Error("the Sealer takes a key of another scheme")
	}
}

func TestNoKeyErrorNamesTheSender(t *testing.T) {
	for _, alg := range []string{"PERC-LITE-AEAD_AES_128_GCM", "SRTP-DOUBLE-AEAD_AES_128_GCM"} {
		k := testKey(alg, 1)
		k.SSRC = new(uint32(6))
		packet, err := newSealer(t, k).SealPacket(nil, rtpPacket(5, 1, []byte("media")))
		if err != nil {
			t.Fatal(err)
		}
		_, err = open(t, newOpener(t, k), packet)
		noKey, ok := errors.AsType[*decrypt.NoKeyError](err)
		if !ok || noKey.ID != 5 || len(noKey.Have) != 1 || noKey.Have[0] != 6 {
			t.Errorf("%s: %v, want no key for SSRC 5, and 6", alg, err)
		}
	}
	if _, err := open(t, newOpener(t), rtpPacket(5, 1, make([]byte, 40))); !errors.As(err, new(*decrypt.NoKeyError)) {
		t.Errorf("without any key: %v", err)
	}
}

// TestKeysBySender: keys of several senders and of both forms in one file.
func TestKeysBySender(t *testing.T) {
	var keys []decrypt.Key
	for i, alg := range []string{
		"PERC-LITE-AEAD_AES_128_GCM", "SRTP-DOUBLE-AEAD_AES_128_GCM", "PERC-LITE-AEAD_AES_256_GCM",
		"PERC-LITE-AES_CM_128_HMAC_SHA1_80", "PERC-LITE-AEAD_AES_128_GCM", "SRTP-DOUBLE-AEAD_AES_256_GCM",
	} {
		k := testKey(alg, byte(i))
		k.ID = string(rune('a' + i))
		if i%2 == 0 {
			k.SSRC = new(uint32(i))
		}
		keys = append(keys, k)
	}
	for i, k := range keys {
		s := newSealer(t, k)
		o := newOpener(t, keys...)
		var packets [][]byte
		for seq := range uint16(40) {
			p, err := s.SealPacket(nil, rtpPacket(uint32(i), seq, []byte("media")))
			if err != nil {
				t.Fatal(err)
			}
			packets = append(packets, p)
		}
		for seq, p := range packets {
			res, err := open(t, o, p)
			if err != nil || res.Key != k.ID || res.Counter != uint64(seq) {
				t.Errorf("key %s, packet %d: %q, %d, %v", k.ID, seq, res.Key, res.Counter, err)
			}
		}
		if got := o.Tries(); got > 45 {
			t.Errorf("key %s: %d tries for 40 packets", k.ID, got)
		}
	}
}

func TestSealPacketRefuses(t *testing.T) {
	s := newSealer(t, testKey("PERC-LITE-AEAD_AES_128_GCM", 1))
	seal := func(p []byte) error {
		out, err := s.SealPacket([]byte("before"), p)
		if err != nil && string(out) != "before" {
			t.Errorf("%x beside %v", out, err)
		}
		return err
	}
	padded := rtpPacket(5, 9, []byte{0, 0, 3})
	padded[0] |= padding
	for _, c := range []struct {
		name   string
		packet []byte
		ok     bool
	}{
		{"the first", rtpPacket(5, 65535, nil), true},
		{"the same again", rtpPacket(5, 65535, nil), false},
		{"one after a wrap", rtpPacket(5, 3, nil), true},
		{"one of before the wrap", rtpPacket(5, 65535, nil), false},
		{"another sender's", rtpPacket(6, 3, nil), true},
		{"padding", padded, false},
		{"no RTP", []byte("no RTP packet"), false},
	} {
		if err := seal(c.packet); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	k := testKey("PERC-LITE-AEAD_AES_128_GCM", 1)
	k.ROC = new(uint32(1<<32 - 1))
	s = newSealer(t, k)
	if err := seal(rtpPacket(5, 65535, nil)); err != nil {
		t.Errorf("the last packet of all: %v", err)
	}
	if err := seal(rtpPacket(5, 0, nil)); err == nil {
		t.Error("the rollover counter wraps")
	}
}

// TestHeaderIsWhatTheTagProves: what a server changed does not come out.
func TestHeaderIsWhatTheTagProves(t *testing.T) {
	k := testKey("PERC-LITE-AES_CM_128_HMAC_SHA1_80", 1)
	original := rtpPacket(decrypttest.SSRC, 9, []byte("media"))
	packet, err := newSealer(t, k).SealPacket(nil, original)
	if err != nil {
		t.Fatal(err)
	}
	front := append([]byte{version | extension | 1, 7, 1, 2, 3, 4, 5, 6, 9, 9, 9, 9}, "CSRC\xbe\xde\x00\x01ext."...)
	res, err := open(t, newOpener(t, k), append(front, packet[fixedHeader:]...))
	equal(t, "another header", res, err, original)
}
