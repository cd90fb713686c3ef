package perc

import (
	"bytes"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

// FuzzOpenPacket opens anything with the keys of all vectors: only what their
// senders had made may come out.
func FuzzOpenPacket(f *testing.F) {
	var keys []decrypt.Key
	made := make(map[string]bool)
	for _, v := range decrypttest.Vectors(f, vectorFile) {
		if v.Expect.OK {
			keys = append(keys, keyOf(f, v))
		}
		for _, p := range recorded(v) {
			f.Add(p[0])
			if p[1] != nil && v.ID == oldRevision {
				made[string(p[1][:8])+string(p[1][fixedHeader:])] = true
			} else if p[1] != nil {
				made[string(withoutExtension(f, p[1]))] = true
			}
		}
	}
	if len(keys) == 0 || len(made) == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, packet []byte) {
		before := bytes.Clone(packet)
		o := newOpener(t, keys...)
		for range 2 { // a short tag wants another packet
			res, err := o.OpenPacket([]byte("dst"), packet)
			if !bytes.Equal(packet, before) {
				t.Fatal("the packet was changed")
			}
			opened, ok := bytes.CutPrefix(res.Plain, []byte("dst"))
			switch {
			case !ok:
				t.Fatalf("dst was not kept: %q", res.Plain)
			case err == nil && !made[string(opened)]:
				t.Fatalf("opened under %s to %x", res.Key, opened)
			case err != nil && len(opened) > 0:
				t.Fatalf("%x beside %v", opened, err)
			}
		}
	})
}

// FuzzSealPacket: what was sealed opens to the packet without its extension.
func FuzzSealPacket(f *testing.F) {
	seeds := 0
	for _, v := range decrypttest.Vectors(f, vectorFile) {
		for _, p := range v.Packets {
			for f2 := range forms {
				seeds++
				f.Add([]byte(p.Original), int(f2), seeds%len(profiles))
			}
		}
	}
	if seeds == 0 {
		f.Fatal("no seeds")
	}
	f.Fuzz(func(t *testing.T, packet []byte, form, profile int) {
		alg := prefixes[uint(form)%uint(forms)] + profiles[uint(profile)%uint(len(profiles))].name
		if !Handles(alg) {
			return
		}
		k := testKey(alg, 1)
		sealed, err := newSealer(t, k).SealPacket(nil, packet)
		if err != nil {
			return
		}
		k.SSRC = new(ssrcOf(packet)) // the only key: nothing to confirm
		res, err := newOpener(t, k).OpenPacket(nil, sealed)
		want := withoutExtension(t, packet)
		if k, _ := parseAlg(alg); k == lite { // nor CSRCs
			header, payload, _ := parseRTP(packet)
			want = append(bytes.Clone(header[:fixedHeader]), payload...)
			want[0] = version
		}
		if err != nil || !bytes.Equal(res.Plain, want) {
			t.Fatalf("%x opens to %x, %v, want %x", sealed, res.Plain, err, want)
		}
	})
}
