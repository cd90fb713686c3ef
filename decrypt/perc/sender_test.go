package perc

import (
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

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
	var turns [][]byte // of all senders
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
		turns = append(turns, packets[0])
	}
	o := newOpener(t, keys...)
	for range 2 {
		for i, p := range turns {
			if res, err := open(t, o, p); err != nil || res.Key != keys[i].ID {
				t.Errorf("key %s, in turn with the others: %q, %v", keys[i].ID, res.Key, err)
			}
		}
	}
}

// TestKnownKeyOfAnotherSender: the search remembers what opened packets of the
// server's SSRC, and must not use it for a sender whose key it is not.
func TestKnownKeyOfAnotherSender(t *testing.T) {
	k, other := testKey("PERC-LITE-AEAD_AES_128_GCM", 1), testKey("PERC-LITE-AEAD_AES_128_GCM", 2)
	s := newSealer(t, k)
	k.SSRC = new(uint32(5))
	o := newOpener(t, k, other)
	for seq, ssrc := range []uint32{5, 6, 5} {
		p, err := s.SealPacket(nil, rtpPacket(ssrc, uint16(seq), []byte("media")))
		if err != nil {
			t.Fatal(err)
		}
		copy(p, outerHeader)
		if _, err := open(t, o, p); (err == nil) != (ssrc == 5) {
			t.Errorf("packet %d, of sender %d under the key of sender 5: %v", seq, ssrc, err)
		}
	}
}
