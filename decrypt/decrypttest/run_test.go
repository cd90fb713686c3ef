package decrypttest

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func TestRunPassesAGoodScheme(t *testing.T) {
	Run(t, toyConfig(""))
}

// TestRunSeesEveryFlaw runs all checks on schemes with one flaw each, and
// demands that the right check complains.
func TestRunSeesEveryFlaw(t *testing.T) {
	for flaw, want := range map[string]string{
		"seal changes the frame":   "seal appends and leaves the frame",
		"seal forgets dst":         "seal appends and leaves the frame",
		"seal keeps the frame":     "seal keeps nothing",
		"counter stands still":     "no counter or nonce twice",
		"no counter":               "no counter or nonce twice",
		"cut frames open":          "cut frames are refused",
		"wrong keys open":          "wrong keys are refused",
		"twice the tries":          "a known key costs one try",
		"a hundred tries":          "wrong keys cost ten tries at most",
		"an allocation a frame":    "nothing is allocated by frame",
		"open changes the frame":   "what was sealed opens",
		"plaintext stays behind":   "altered frames are refused",
		"plaintext after an error": "wrong keys are refused",
		"an error of its own":      "frames of nobody are refused",
		"open forgets dst":         "open appends and leaves the frame",
		"no key named":             "what was sealed opens",
		"a nonce of its own":       "open appends and leaves the frame",
		"open keeps the frame":     "open keeps nothing",
		"secrets are printed":      "no secret is printed",
	} {
		t.Run(flaw, func(t *testing.T) {
			c := toyConfig(flaw)
			c.Frames = Frames(t, "opus", "vp8")
			c.Frames = slices.DeleteFunc(c.Frames, func(f Frame) bool { return len(f.Data) < 12 || len(f.Data) > 200 })
			var complained []string
			for _, k := range append(checks(), check{"no counter or nonce twice", nothingRepeats}) {
				if said := listen(t, func(t testing.TB) { k.run(t, c) }); len(said) > 0 {
					complained = append(complained, k.name)
				}
			}
			if !slices.Contains(complained, want) {
				t.Errorf("complaints by %q, want %q among them", complained, want)
			}
		})
	}
}

func TestUnprotectedBytes(t *testing.T) {
	f := Frame{Name: "f", Data: []byte("plain")}
	sealed := []byte("sealed frame")
	anywhere := func(Frame, []byte, int) bool { return true }
	for _, c := range []struct {
		name string
		c    Config
		res  decrypt.Result
		want string
	}{
		{"protected", Config{}, decrypt.Result{Plain: f.Data, ClearDiffers: true}, "opens"},
		{"told by ClearDiffers", Config{Unprotected: anywhere}, decrypt.Result{Plain: f.Data, ClearDiffers: true}, ""},
		{"told by a bad signature", Config{Unprotected: anywhere}, decrypt.Result{Plain: f.Data, Signature: decrypt.BadSignature}, ""},
		{"not told", Config{Unprotected: anywhere}, decrypt.Result{Plain: f.Data}, "does not tell"},
		{"other bytes", Config{Unprotected: anywhere}, decrypt.Result{Plain: []byte("other"), ClearDiffers: true}, "other bytes"},
		{"no authentication at all", Config{Unauthenticated: true}, decrypt.Result{Plain: []byte("other"), Unauthenticated: true}, ""},
		{"no authentication, and it does not say", Config{Unauthenticated: true}, decrypt.Result{Plain: f.Data}, "Unauthenticated"},
		{"authenticated, but it says not", Config{Unprotected: anywhere}, decrypt.Result{Plain: f.Data, ClearDiffers: true, Unauthenticated: true}, "Unauthenticated"},
	} {
		c.res.Scheme, c.res.Key = "s", "k"
		said := strings.Join(listen(t, func(t testing.TB) { mayOpen(t, c.c, always{c.res}, sealed, f, 3) }), "; ")
		if (said == "") != (c.want == "") || !strings.Contains(said, c.want) {
			t.Errorf("%s: said %q, want %q", c.name, said, c.want)
		}
	}
}

// always opens everything to the same.
type always struct{ res decrypt.Result }

func (a always) Open(dst, _ []byte, _ decrypt.Meta) (decrypt.Result, error) {
	a.res.Plain = append(dst, a.res.Plain...)
	return a.res, nil
}

// ear is a test that notes what is said instead of failing.
type ear struct {
	testing.TB
	said []string
}

func (e *ear) Helper() {}
func (e *ear) Errorf(format string, args ...any) {
	e.said = append(e.said, fmt.Sprintf(format, args...))
}
func (e *ear) Fatalf(format string, args ...any) { e.Errorf(format, args...); runtime.Goexit() }
func (e *ear) Fatal(args ...any)                 { e.said = append(e.said, fmt.Sprint(args...)); runtime.Goexit() }

// listen runs f and returns what it would have failed with.
func listen(t testing.TB, f func(testing.TB)) []string {
	e := &ear{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(e)
	}()
	<-done
	return e.said
}

func TestPacketsKeepsTries(t *testing.T) {
	if _, ok := Packets(silentPackets{}).(trier); ok {
		t.Error("an Opener of packets without Tries has it")
	}
	o, ok := Packets(countedPackets{}).(trier)
	if !ok || o.Tries() != 7 {
		t.Errorf("Tries got lost: %v", o)
	}
}

type silentPackets struct{}

func (silentPackets) OpenPacket(dst, _ []byte) (decrypt.Result, error) {
	return decrypt.Result{Plain: dst}, decrypt.ErrAuth
}

type countedPackets struct{ silentPackets }

func (countedPackets) Tries() int64 { return 7 }
