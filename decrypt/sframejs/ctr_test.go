package sframejs

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"math/rand/v2"
	"testing"
)

// TestKeyStreamIsAESCTR compares with crypto/cipher: at lengths around the
// blocks, the buffer and where GCM begins, and where the counter carries,
// within what GCM counts and beyond.
func TestKeyStreamIsAESCTR(t *testing.T) {
	block, err := aes.NewCipher([]byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	k := keyStream{block: block}
	lengths := []int{0, 1, 15, 16, 17, 255, 256, 257, 271, 272, 273, 1023, 1024, 1025, 5000}
	for _, first := range []string{
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"a counter block.",
		"a counter b\x00\xff\xff\xff\xfe",
		"a counter block\xff",
		"a counter bl\xff\xff\xff\xf0", // the end of 256 bytes, at GCM's last block
		"a counter bl\xff\xff\xff\xf1",
		"\x00\x00\x00\x00\x00\x00\x00\x07\xff\xff\xff\xff\xff\xff\xff\xfe",
		"\x00\x00\x00\x00\x00\x00\x00\x07\xff\xff\xff\xff\xff\xff\xff\xf0",
		"\x00\x00\x00\x00\x00\x00\x00\x07\xff\xff\xff\xff\xff\xff\xfe\xc8", // of 5,000 bytes
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe",
		"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xf0",
	} {
		for _, n := range lengths {
			checkKeyStream(t, &k, [16]byte([]byte(first)), n)
		}
	}
	if k.gcm == nil {
		t.Error("nothing went through GCM")
	}
}

// TestKeyStreamOfAnyKey has H and counters of all kinds.
func TestKeyStreamOfAnyKey(t *testing.T) {
	r := rand.NewChaCha8([32]byte([]byte("the same numbers at each run ...")))
	for range 50 {
		var key, first [16]byte
		r.Read(key[:])
		block, err := aes.NewCipher(key[:])
		if err != nil {
			t.Fatal(err)
		}
		k := keyStream{block: block}
		for range 20 {
			r.Read(first[:])
			checkKeyStream(t, &k, first, 300)
		}
	}
}

func checkKeyStream(t *testing.T, k *keyStream, first [16]byte, n int) {
	t.Helper()
	src := bytes.Repeat([]byte{0x5A}, n)
	got, want := bytes.Repeat([]byte{1}, n+20), bytes.Repeat([]byte{1}, n+20)
	k.xor(first, got[:n], src)
	cipher.NewCTR(k.block, first[:]).XORKeyStream(want, src)
	if !bytes.Equal(got, want) {
		t.Errorf("%d bytes from %x: got %x, want %x", n, first, got, want)
	}
}

// TestKeyStreamWithoutGCM is FIPS mode, which has no nonces of 16 bytes.
func TestKeyStreamWithoutGCM(t *testing.T) {
	block, err := aes.NewCipher([]byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	k := keyStream{block: block, asked: true}
	checkKeyStream(t, &k, [16]byte([]byte("a counter block.")), 5000)
}

func TestKeyStreamAllocatesNothing(t *testing.T) {
	block, err := aes.NewCipher([]byte("0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	k := keyStream{block: block}
	src, dst := make([]byte, 5000), make([]byte, 5000)
	var counter [16]byte
	if n := testing.AllocsPerRun(100, func() { counter[7]++; k.xor(counter, dst, src) }); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

// TestInverse has the law that the nonces rest on.
func TestInverse(t *testing.T) {
	one := element{hi: 1 << 63}
	for _, e := range []element{one, {lo: 1}, {hi: 1}, {0x0123456789ABCDEF, 0xFEDCBA9876543210}, {1<<64 - 1, 1<<64 - 1}} {
		if got := e.times(e.inverse()); got != one {
			t.Errorf("%x times its inverse is %x", e, got)
		}
		if got := one.times(e); got != e {
			t.Errorf("one times %x is %x", e, got)
		}
	}
}
