package xor

import (
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func BenchmarkOpen(b *testing.B) {
	k := testKey("XOR-DEMO-JANUS", "mysecret", index(1), nil)
	m := decrypt.Meta{Kind: decrypt.Video, Codec: "vp8"}
	sealed, err := newSealer(b, k).Seal(nil, make([]byte, 1200), m)
	if err != nil {
		b.Fatal(err)
	}
	o, dst := newOpener(b, k), make([]byte, 0, len(sealed))
	b.SetBytes(1200)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := o.Open(dst, sealed, m); err != nil {
			b.Fatal(err)
		}
	}
}
