package perc

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// track seals a packet for each index (ROC and sequence number) of one SSRC.
func track(t testing.TB, k decrypt.Key, indexes []int64) (packets [][]byte) {
	t.Helper()
	k.ROC = new(uint32(indexes[0] >> 16))
	for i, x := range indexes {
		if i > 0 && x-indexes[i-1] > 1<<15 {
			k.ROC = new(uint32(x >> 16)) // a Sealer does not jump
		}
		s := newSealer(t, k)
		*s.key = key{form: s.key.form, session: s.key.session, start: uint32(x >> 16)}
		p, err := s.SealPacket(nil, rtpPacket(5, uint16(x), fmt.Appendf(nil, "payload %d", x)))
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, p)
	}
	return packets
}

// openTrack opens packets as a track does: those that are held are tried again
// after something was adopted. It returns the indexes that opened, sorted.
func openTrack(t testing.TB, o *Opener, packets [][]byte) (indexes []int64, tries int64) {
	t.Helper()
	var held [][]byte
	for _, p := range packets {
		for queue := [][]byte{p}; len(queue) > 0; {
			p, queue = queue[0], queue[1:]
			res, err := o.OpenPacket(nil, p)
			switch {
			case errors.Is(err, decrypt.ErrHold):
				held = append(held, p)
				continue
			case err != nil:
				t.Errorf("%v", err)
				continue
			case res.Adopted:
				queue, held = append(queue, held...), nil
			}
			if want := fmt.Sprintf("payload %d", res.Counter); string(res.Plain[fixedHeader:]) != want || res.KID != 5 {
				t.Errorf("packet %d of SSRC %d opens to %q", res.Counter, res.KID, res.Plain[fixedHeader:])
			}
			indexes = append(indexes, int64(res.Counter))
		}
	}
	slices.Sort(indexes)
	return indexes, o.Tries()
}

func span(from, to, step int64) (x []int64) {
	for ; from < to; from += step {
		x = append(x, from)
	}
	return x
}

func TestRolloverIsSearchedAndFollowed(t *testing.T) {
	const roc = 1 << 16
	late := span(roc-50, roc+50, 1)
	late[20], late[70] = late[70], late[20]
	for _, c := range []struct {
		name    string
		start   uint32
		indexes []int64
		tries   int64 // at most
	}{
		{"from 0", 0, span(0, 200, 1), 200},
		{"one wrap", 0, span(roc-50, roc+50, 1), 100},
		{"ten wraps", 0, span(0, 10*roc, 20000), 33},
		{"late start", 0, span(700*roc, 700*roc+300, 1), 300 + 701 + 100},
		{"late start and wraps while the search goes on", 0, span(901*roc-30, 901*roc+300, 1), 330 + 901 + 200},
		{"start of the key file", 5000, span(5003*roc, 5003*roc+50, 1), 50 + 3},
		{"packets of before and after a wrap in turn", 0, late, 100},
		{"a gap of half a turn and more", 0, append(span(10, 20, 1), span(40000, 40020, 1)...), 30 + 40},
		{"a gap of a whole turn", 0, append(span(10, 20, 1), span(roc+15, roc+30, 1)...), 25 + 40},
		{"a gap and a wrap behind it", 0, append(span(10, 20, 1), span(65500, 65600, 1)...), 110 + 40},
	} {
		for _, alg := range []string{"PERC-LITE-AEAD_AES_128_GCM", "PERC-LITE-AES_CM_128_HMAC_SHA1_32", "SRTP-DOUBLE-AEAD_AES_256_GCM"} {
			k := testKey(alg, 1)
			packets := track(t, k, c.indexes)
			k.ROC = &c.start
			k.SSRC = new(uint32(5))
			got, tries := openTrack(t, newOpener(t, k), packets)
			want := slices.Sorted(slices.Values(c.indexes))
			if !slices.Equal(got, want) {
				t.Errorf("%s, %s: %d of %d packets opened", c.name, alg, len(got), len(want))
			}
			if most := c.tries + c.tries/2; tries > most {
				t.Errorf("%s, %s: %d tries, want %d at most", c.name, alg, tries, most)
			}
		}
	}
}

func TestRolloverIsBounded(t *testing.T) {
	k := testKey("PERC-LITE-AEAD_AES_128_GCM", 1)
	for _, c := range []struct {
		roc  int64
		want int
	}{{20, 40}, {21, 0}} {
		o, err := NewOpener([]decrypt.Key{k}, Options{MaxROC: 20})
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, p := range track(t, k, span(c.roc<<16, c.roc<<16+40, 1)) {
			if _, err := o.OpenPacket(nil, p); err == nil {
				got++
			}
		}
		if (got > 30) != (c.want > 30) || c.want == 0 && got > 0 {
			t.Errorf("rollover counter %d: %d packets opened", c.roc, got)
		}
	}
	if _, err := NewOpener(nil, Options{MaxROC: -1}); err == nil {
		t.Error("a negative bound is taken")
	}
	// Nothing lies behind the last one.
	k.ROC = new(uint32(1<<32 - 1))
	o := newOpener(t, k)
	if _, err := o.OpenPacket(nil, track(t, testKey(k.Alg, 2), []int64{1})[0]); !errors.Is(err, decrypt.ErrAuth) || o.Tries() != 1 {
		t.Errorf("%v after %d tries, want ErrAuth after the only one", err, o.Tries())
	}
}

// TestForgedPacketsDoNotMoveTheRollover: sequence numbers are in clear.
func TestForgedPacketsDoNotMoveTheRollover(t *testing.T) {
	k := testKey("PERC-LITE-AEAD_AES_128_GCM", 1)
	o := newOpener(t, k)
	packets := track(t, k, span(0, 100, 1))
	for i, p := range packets {
		if _, err := o.OpenPacket(nil, p); err != nil {
			t.Fatalf("packet %d after a forged one: %v", i, err)
		}
		forged := slices.Clone(p)
		forged[fixedHeader+1], forged[fixedHeader+2] = byte(i*37), byte(i*11)+1
		if _, err := o.OpenPacket(nil, forged); err == nil {
			t.Fatal("a forged sequence number opens")
		}
	}
}

// TestManySenders: what is remembered of senders is bounded.
func TestManySenders(t *testing.T) {
	k := testKey("SRTP-DOUBLE-AEAD_AES_128_GCM", 1)
	o, s := newOpener(t, k), newSealer(t, k)
	for ssrc := range uint32(3 * maxSenders) {
		p, err := s.SealPacket(nil, rtpPacket(ssrc, 1, []byte("media")))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := o.OpenPacket(nil, p); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.senders) > maxSenders {
		t.Errorf("%d senders are remembered", len(o.senders))
	}
}
