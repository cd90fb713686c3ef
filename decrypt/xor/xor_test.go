package xor

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
)

func index(n uint64) *uint64 { return &n }

func testKey(alg, secret string, index *uint64, clearHeader *bool) decrypt.Key {
	k := decrypt.Key{ID: "key " + secret, Type: "oct", Alg: alg, Secret: octets(secret)}
	k.Index, k.ClearHeader = index, clearHeader
	return k
}

func TestContract(t *testing.T) {
	yes, no := true, false
	for name, key := range map[string]func(secret string) decrypt.Key{
		"Janus":          func(s string) decrypt.Key { return testKey("XOR-DEMO-JANUS", s, index(1), nil) },
		"box ticked":     func(s string) decrypt.Key { return testKey("XOR-DEMO-WEBRTC", s, index(1), &yes) },
		"box not named":  func(s string) decrypt.Key { return testKey("XOR-DEMO-WEBRTC", s, nil, nil) },
		"box unticked":   func(s string) decrypt.Key { return testKey("XOR-DEMO-WEBRTC", s, index(1), &no) },
		"without key id": func(s string) decrypt.Key { return testKey("XOR-DEMO-WEBRTC", s, nil, &no) },
	} {
		t.Run(name, func(t *testing.T) {
			right, wrong := key("a text to be kept"), key("another text")
			right.ID, wrong.ID = "right", "wrong"
			c := decrypttest.Config{
				Opener:          func(t testing.TB) decrypt.Opener { return newOpener(t, right) },
				Stranger:        func(t testing.TB) decrypt.Opener { return newOpener(t, wrong) },
				Sealer:          func(t testing.TB) decrypt.Sealer { return newSealer(t, right) },
				Secrets:         [][]byte{right.Secret, wrong.Secret},
				Unauthenticated: true,
			}
			for _, f := range decrypttest.Frames(t) {
				if name != "Janus" || len(f.Data) >= 10 {
					c.Frames = append(c.Frames, f)
				}
			}
			decrypttest.Run(t, c)
		})
	}
}

func TestWhichKeyOpens(t *testing.T) {
	no, ssrc := false, uint32(7)
	one, two := testKey("XOR-DEMO-JANUS", "one", index(1), nil), testKey("XOR-DEMO-JANUS", "two", index(2), nil)
	again := testKey("XOR-DEMO-JANUS", "again", index(1), nil)
	unnamed := testKey("XOR-DEMO-JANUS", "any", nil, nil)
	idless := testKey("XOR-DEMO-WEBRTC", "idless", nil, &no)
	round := testKey("XOR-DEMO-JANUS", "round", index(ids), nil)
	other := testKey("XOR-DEMO-JANUS", "other", index(1), nil)
	other.SSRC = &ssrc
	here, there := decrypt.Meta{SSRC: 1}, decrypt.Meta{SSRC: ssrc}
	for _, c := range []struct {
		name string
		keys []decrypt.Key
		id   byte
		m    decrypt.Meta
		want string // kid, or "" for a NoKeyError
	}{
		{"the one with the id", []decrypt.Key{one, two}, 2, here, two.ID},
		{"the first with the id", []decrypt.Key{one, again}, 1, here, one.ID},
		{"none with the id", []decrypt.Key{one, two}, 3, here, ""},
		{"no key at all", nil, 1, here, ""},
		{"one without id, for want of better", []decrypt.Key{unnamed, one}, 3, here, unnamed.ID},
		{"one with the id before one without", []decrypt.Key{unnamed, one}, 1, here, one.ID},
		{"one without id before the form without ids", []decrypt.Key{idless, unnamed}, 1, here, unnamed.ID},
		{"the form without ids", []decrypt.Key{idless, two}, 1, here, idless.ID},
		{"ids begin again after 254", []decrypt.Key{round}, 0, here, round.ID},
		{"a key for another SSRC", []decrypt.Key{other, one}, 1, here, one.ID},
		{"a key for this SSRC", []decrypt.Key{other, one}, 1, there, other.ID},
	} {
		frame := append(make([]byte, 20), c.id, 0xDE, 0xAD, 0xBE, 0xEF)
		res, err := newOpener(t, c.keys...).Open(nil, frame, c.m)
		var noKey *decrypt.NoKeyError
		switch {
		case c.want != "" && (err != nil || res.Key != c.want):
			t.Errorf("%s: %v, opened by %q; want %q", c.name, err, res.Key, c.want)
		case c.want == "" && (!errors.As(err, &noKey) || noKey.ID != uint64(c.id) || len(noKey.Have) != len(c.keys)):
			t.Errorf("%s: %v, want a NoKeyError", c.name, err)
		}
	}
}

func TestAdoptedOnce(t *testing.T) {
	one, two := testKey("XOR-DEMO-JANUS", "one", index(1), nil), testKey("XOR-DEMO-JANUS", "two", index(2), nil)
	o := newOpener(t, one, two)
	for i, c := range []struct {
		id   byte
		want bool
	}{{1, true}, {1, false}, {2, true}, {1, false}, {2, false}} {
		res, err := o.Open(nil, append(make([]byte, 20), c.id, 0xDE, 0xAD, 0xBE, 0xEF), decrypt.Meta{})
		if err != nil || res.Adopted != c.want {
			t.Errorf("frame %d, key id %d: adopted %t (%v)", i, c.id, res.Adopted, err)
		}
	}
}

// A text whose low byte is 0 where the start code ends hides nothing there, so
// that RTP has to tell the type.
func TestStartCodeUnderAZeroByte(t *testing.T) {
	k := testKey("XOR-DEMO-WEBRTC", "abc\u0100", index(1), nil)
	m := decrypt.Meta{Kind: decrypt.Video, Codec: "h264", Type: decrypt.DeltaFrame}
	plain := []byte("\x00\x00\x00\x01\x41 a slice of H.264")
	sealed, err := newSealer(t, k).Seal(nil, plain, m)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := newOpener(t, k).Open(nil, sealed, m); err != nil || !bytes.Equal(res.Plain, plain) {
		t.Errorf("%q, %v", res.Plain, err)
	}
}

func TestFramesOfNoScheme(t *testing.T) {
	yes := true
	janus := testKey("XOR-DEMO-JANUS", "text", index(1), nil)
	sample := testKey("XOR-DEMO-WEBRTC", "text", index(1), &yes)
	av1 := decrypt.Meta{Kind: decrypt.Video, Codec: "av1"}
	for _, c := range []struct {
		sin   string
		key   decrypt.Key
		frame string
		m     decrypt.Meta
	}{
		{"nothing", janus, "", decrypt.Meta{}},
		{"half a trailer", janus, "\xBE\xEF", decrypt.Meta{}},
		{"no trailer", janus, "some media in clear", decrypt.Meta{}},
		{"trailer in front", janus, "\x01\xDE\xAD\xBE\xEF and more", decrypt.Meta{}},
		{"trailer without key id", janus, "\xDE\xAD\xBE\xEF", decrypt.Meta{}},
		{"shorter than its clear bytes", janus, "nine byte\x01\xDE\xAD\xBE\xEF", decrypt.Meta{}},
		{"of unknown type", sample, "some media of AV1\x01\xDE\xAD\xBE\xEF", av1},
	} {
		o := newOpener(t, c.key)
		res, err := o.Open([]byte("before"), []byte(c.frame), c.m)
		if !errors.Is(err, decrypt.ErrFormat) || string(res.Plain) != "before" || o.Tries() != 0 {
			t.Errorf("%s: %v, %q; want ErrFormat", c.sin, err, res.Plain)
		}
	}
}

func TestKeysTheSchemeExcludes(t *testing.T) {
	for sin, k := range map[string]decrypt.Key{
		"empty text":     testKey("XOR-DEMO-JANUS", "", nil, nil),
		"another scheme": testKey("JITSI-GCM", "text", nil, nil),
	} {
		if _, err := NewSealer(k, SealerOptions{}); err == nil {
			t.Errorf("%s: no error", sin)
		}
	}
	if _, err := NewOpener([]decrypt.Key{testKey("XOR-DEMO-WEBRTC", "", nil, nil)}, Options{}); err == nil {
		t.Error("empty text: no error")
	}
	if _, err := newSealer(t, testKey("XOR-DEMO-WEBRTC", "x", nil, nil)).Seal(nil, []byte{1, 2, 3}, decrypt.Meta{Kind: decrypt.Video}); err == nil {
		t.Error("a frame of unknown type: no error")
	}
}

// Without authentication, a scheme that did authenticate a frame of the same
// track keeps this one away from it.
func TestAnyStopsAskingOnceAnotherSchemeProved(t *testing.T) {
	proof := proved{}
	both := decrypt.Any(newOpener(t, testKey("XOR-DEMO-JANUS", "text", nil, nil)), proof)
	frame := append(make([]byte, 20), 1, 0xDE, 0xAD, 0xBE, 0xEF)
	if _, err := both.Open(nil, []byte("authentic"), decrypt.Meta{}); err != nil {
		t.Fatal(err)
	}
	if res, err := both.Open(nil, frame, decrypt.Meta{}); err == nil {
		t.Errorf("%x opened by %s", res.Plain, res.Scheme)
	}
}

// proved authenticates one frame.
type proved struct{}

func (proved) Open(dst, frame []byte, _ decrypt.Meta) (decrypt.Result, error) {
	if string(frame) != "authentic" {
		return decrypt.Result{Plain: dst}, decrypt.ErrFormat
	}
	return decrypt.Result{Plain: append(dst, frame...)}, nil
}

func TestXORIsByPlaceInTheFrame(t *testing.T) {
	for _, size := range []int{1, 3, 8, 31, 1023, 1024, 1025, 5000} {
		secret := make([]byte, size)
		for i := range secret {
			secret[i] = byte(i*7 + i/256)
		}
		k, err := newKey(decrypt.Key{Alg: "XOR-DEMO-JANUS", Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int{0, 1, 10, 1030} {
			got, want := make([]byte, 4000), make([]byte, 4000)
			k.xor(got, at)
			for i := range want {
				want[i] = secret[(at+i)%size]
			}
			if !bytes.Equal(got, want) {
				t.Errorf("text of %d bytes, from byte %d on: wrong", size, at)
			}
		}
	}
}
