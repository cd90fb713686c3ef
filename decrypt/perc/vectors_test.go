package perc

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

const vectorFile = "perc.json"

// keyOf is what a key file would say of a vector's key.
func keyOf(t testing.TB, v decrypttest.Vector) decrypt.Key {
	t.Helper()
	var p struct {
		Profile string `json:"srtp_profile"`
		Double  string `json:"profile"`
	}
	var m []struct {
		Lite  decrypttest.Hex `json:"srtp_master_key_salt"`
		Inner decrypttest.Hex `json:"inner_master_key_salt"`
	}
	v.Params(t, &p)
	v.KeyMaterial(t, &m)
	k := decrypt.Key{ID: v.ID, Type: "oct", Use: "enc"}
	if v.Scheme == "perc-lite" {
		k.Alg, k.Secret = "PERC-LITE-"+p.Profile, decrypt.Secret(m[0].Lite)
	} else {
		_, outer, _ := strings.Cut(p.Double, "_GCM_") // DOUBLE_(inner)_(outer), both the same
		k.Alg, k.Secret = "SRTP-DOUBLE-"+outer, decrypt.Secret(m[0].Inner)
	}
	return k
}

func newOpener(t testing.TB, keys ...decrypt.Key) *Opener {
	t.Helper()
	o, err := NewOpener(keys, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func newSealer(t testing.TB, k decrypt.Key) *Sealer {
	t.Helper()
	s, err := NewSealer(k)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// oldRevision is the vector of PERC Lite with an OHB of 7 bytes.
const oldRevision = "perc-008"

// recorded are the packets of a vector as they may be recorded, each with
// what the sender had made.
func recorded(v decrypttest.Vector) (packets [][2][]byte) {
	for _, p := range v.Packets {
		inner := p.Inner
		if inner == nil {
			inner = p.Original
		}
		for _, r := range [][]byte{p.Outer, p.AfterSFU, p.HopOpen} {
			if r != nil {
				packets = append(packets, [2][]byte{r, inner})
			}
		}
	}
	return packets
}

// withoutExtension is an RTP packet as the inner layer covers it.
func withoutExtension(t testing.TB, packet []byte) []byte {
	t.Helper()
	header, payload, err := parseRTP(packet)
	if err != nil {
		t.Fatal(err)
	}
	plain := append(bytes.Clone(header), payload...)
	plain[0] &^= extension
	return plain
}

func TestVectors(t *testing.T) {
	opened, refused := 0, 0
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		if v.ID == oldRevision {
			continue
		}
		o := newOpener(t, keyOf(t, v))
		var held [][2][]byte
		for _, p := range recorded(v) {
			res, err := open(t, o, p[0])
			switch {
			case !v.Expect.OK:
				refused++
				if want := map[string]error{"authentication": decrypt.ErrHold, "too short": decrypt.ErrFormat}[v.Expect.Error]; !errors.Is(err, want) {
					t.Errorf("%s, %s: %v, want %v", v.ID, v.Title, err, want)
				}
			case errors.Is(err, decrypt.ErrHold): // a short tag, or a ROC further on
				held = append(held, p)
			default:
				opened++
				equal(t, v.ID+", "+v.Title, res, err, p[1])
			}
		}
		for _, p := range held {
			opened++
			res, err := open(t, o, p[0])
			equal(t, v.ID+", held", res, err, p[1])
		}
	}
	// Packets as sent and as rewritten by the server.
	if opened != 70 || refused != 4 {
		t.Errorf("%d packets opened and %d refused, want 70 and 4", opened, refused)
	}
}

// open opens a packet and checks what must be so of any result.
func open(t testing.TB, o *Opener, packet []byte) (decrypt.Result, error) {
	t.Helper()
	before := bytes.Clone(packet)
	room := bytes.Repeat([]byte{0xa5}, len(packet)+100)
	res, err := o.OpenPacket(append(room[:0], "before"...), packet)
	if !bytes.Equal(packet, before) {
		t.Errorf("the packet was changed: %x, was %x", packet, before)
	}
	plain, ok := bytes.CutPrefix(res.Plain, []byte("before"))
	if !ok || err != nil && len(plain) > 0 {
		t.Errorf("dst was not kept: %q, %v", res.Plain, err)
	}
	if rest := bytes.Trim(room[6:], "\xa5\x00"); err != nil && len(rest) > 0 {
		t.Errorf("%x is left behind dst after %v", rest, err)
	}
	res.Plain = plain
	return res, err
}

func equal(t testing.TB, name string, res decrypt.Result, err error, want []byte) {
	t.Helper()
	if want = withoutExtension(t, want); err != nil || !bytes.Equal(res.Plain, want) {
		t.Errorf("%s: got %x, %v, want %x", name, res.Plain, err, want)
	}
}

// TestVectorOfTheOldRevision: with an OHB that has no SSRC the first four
// bytes of the payload stood in its place. Nothing in a packet tells, and the
// tag fits. A key that names its sender refuses such packets.
func TestVectorOfTheOldRevision(t *testing.T) {
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		if v.ID != oldRevision {
			continue
		}
		k := keyOf(t, v)
		for _, p := range v.Packets {
			res, err := open(t, newOpener(t, k), p.Outer)
			if want := append(bytes.Clone(p.Original[:8]), p.Payload...); err != nil || !bytes.Equal(res.Plain, want) {
				t.Errorf("got %x, %v, want the header without SSRC and the payload, %x", res.Plain, err, want)
			}
			k.SSRC = new(uint32(decrypttest.SSRC))
			_, err = open(t, newOpener(t, k), p.Outer)
			if noKey, ok := errors.AsType[*decrypt.NoKeyError](err); !ok || noKey.Have[0] != decrypttest.SSRC {
				t.Errorf("with the sender's SSRC: %v, want no key", err)
			}
			k.SSRC = nil
		}
		return
	}
	t.Error("the vector is missing")
}

// TestVectorsSeal seals the senders' packets again: the bytes are those of
// libsrtp and of the PERC Lite patch.
func TestVectorsSeal(t *testing.T) {
	compared := 0
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		if !v.Expect.OK || v.ID == oldRevision {
			continue
		}
		k := keyOf(t, v)
		if strings.Contains(v.Title, "ROC 1: the packet after") {
			k.ROC = new(uint32(1))
		}
		s := newSealer(t, k)
		for _, p := range v.Packets {
			sealed, err := s.SealPacket([]byte("before"), p.Original)
			if err != nil {
				t.Errorf("%s: %v", v.ID, err)
			}
			want := p.Outer
			if want == nil {
				want = p.HopOpen
			}
			if v.Scheme == "srtp-double" && want[len(want)-1] != 0 {
				continue // changed on its way
			}
			compared++
			if string(sealed) != "before"+string(want) {
				t.Errorf("%s, %s: sealed %x, want %x", v.ID, v.Title, sealed, want)
			}
		}
	}
	if compared != 36 {
		t.Errorf("%d packets compared, want 36", compared)
	}
}

func TestKeyFileOpensItsVectors(t *testing.T) {
	file, err := os.ReadFile(filepath.Join(corpus.Root(t), "vectors", "keyfile", "example.jwks.json"))
	if err != nil {
		t.Fatal(err)
	}
	set, err := decrypt.ParseKeys(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	opened := 0
	for _, v := range decrypttest.Vectors(t, vectorFile) {
		for _, k := range set.Keys {
			if !Handles(k.Alg) || !strings.Contains(k.Opens, v.ID) {
				continue
			}
			o := newOpener(t, set.Keys...)
			for _, p := range recorded(v) {
				opened++
				res, err := open(t, o, p[0])
				equal(t, v.ID, res, err, p[1])
				if res.Key != k.ID || res.Scheme != v.Scheme {
					t.Errorf("%s: key %q of %s, want %q", v.ID, res.Key, res.Scheme, k.ID)
				}
			}
		}
	}
	if opened != 11 {
		t.Errorf("%d packets opened, want 11", opened)
	}
}

// TestDerive is RFC 3711, appendix B.3.
func TestDerive(t *testing.T) {
	bin := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	s, err := newSession(&profiles[2], bin("e1f97a0d3e018be0d64fa32c06de4139"+"0ec675ad498afeebb6960b3aabe6"))
	if err != nil {
		t.Fatal(err)
	}
	if want := bin("30cbbc08863d8c85d49db34a9ae1"); !bytes.Equal(s.salt[:], want) {
		t.Errorf("session salt %x, want %x", s.salt, want)
	}
}

func TestHandles(t *testing.T) {
	for _, alg := range []string{
		"PERC-LITE-AEAD_AES_128_GCM", "PERC-LITE-AEAD_AES_256_GCM",
		"PERC-LITE-AES_CM_128_HMAC_SHA1_80", "PERC-LITE-AES_CM_128_HMAC_SHA1_32",
		"SRTP-DOUBLE-AEAD_AES_128_GCM", "SRTP-DOUBLE-AEAD_AES_256_GCM",
	} {
		if !Handles(alg) {
			t.Errorf("%s is not handled", alg)
		}
	}
	for _, alg := range []string{"", "PERC-LITE-", "AEAD_AES_128_GCM", "SRTP-DOUBLE-AES_CM_128_HMAC_SHA1_80", "PERC-LITE-NULL"} {
		if Handles(alg) {
			t.Errorf("%q is handled", alg)
		}
	}
}
