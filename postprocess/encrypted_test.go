package postprocess

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/jitsi"
	"github.com/mjrkit/mjrkit/decrypt/livekit"
	"github.com/mjrkit/mjrkit/decrypt/sframe"
	"github.com/mjrkit/mjrkit/decrypt/sframejs"
	"github.com/mjrkit/mjrkit/decrypt/xor"
	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// encrypted lists the recordings that have keys, wholly clear ones aside.
var encrypted = []string{
	"jitsi-vp8", "livekit-vp8", "livekit-vp8-rekey", "livekit-h264",
	"rfc9605-vp8-gcm", "rfc9605-vp8-mls", "sframe-vp8", "sframe-vp8-skip", "sframe-vp8-rekey", "xor-vp8-noise", "xor-vp8-noeflag",
}

// keysOf reads the key file of a recording.
func keysOf(t testing.TB, rec corpus.Recording) []decrypt.Key {
	t.Helper()
	f, err := os.Open(rec.Keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	set, err := decrypt.ParseKeys(f)
	if err != nil {
		t.Fatal(err)
	}
	return set.Keys
}

// newOpener makes the Opener that a recording's name asks for.
func newOpener(t testing.TB, name string, keys []decrypt.Key) decrypt.Opener {
	t.Helper()
	var o decrypt.Opener
	var err error
	switch scheme, _, _ := strings.Cut(name, "-"); scheme {
	case "jitsi":
		o, err = jitsi.NewOpener(keys, jitsi.Options{MaxRatchet: 64})
	case "livekit":
		o, err = livekit.NewOpener(keys, livekit.Options{MaxRatchet: 64})
	case "rfc9605":
		o, err = sframe.NewOpener(keys, sframe.Options{MaxRatchet: 64})
	case "sframe":
		o, err = sframejs.NewOpener(keys, sframejs.Options{MaxRatchet: 64})
	case "xor":
		o, err = xor.NewOpener(keys, xor.Options{})
	default:
		t.Fatalf("no opener for %s", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// sealedInputs reads the files of a recording, with an Opener each.
func sealedInputs(t testing.TB, rec corpus.Recording, keys []decrypt.Key) []Input {
	in := inputs(t, mediaFiles(rec)...)
	for i := range in {
		in[i].Opener = newOpener(t, rec.Name, keys)
	}
	return in
}

func TestEncryptedRecordings(t *testing.T) {
	for _, name := range encrypted {
		t.Run(name, func(t *testing.T) {
			rec := corpus.Load(t, name)
			verdict := verdicts(t, rec)
			c, rep, err := convert(t, sealedInputs(t, rec, keysOf(t, rec)), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, got := range rep.Tracks {
				want := verdict[got.Name].DecryptedOK
				if want == 0 || got.Frames.Written != want || got.Frames.Opened != want {
					t.Errorf("%s: %d frames opened, %d written, want %d: %+v", got.Name, got.Frames.Opened, got.Frames.Written, want, got.Frames)
				}
				if xor := strings.HasPrefix(name, "xor"); got.Frames.Unauthenticated != xor {
					t.Errorf("%s: unauthenticated: %v", got.Name, got.Frames.Unauthenticated)
				}
				var spans, keys int64
				for _, s := range got.Frames.Spans {
					spans += s.Frames
				}
				for _, n := range got.Frames.Keys {
					keys += n
				}
				if spans != want || keys != want {
					t.Errorf("%s: %d frames in spans, %d under keys, want %d", got.Name, spans, keys, want)
				}
			}
			matches(t, c.of(mjr.Audio), rec.Truth, "audio")
			matches(t, c.of(mjr.Video), rec.Truth, "video")
		})
	}
}

func TestRekeyedRecordingsHaveSpans(t *testing.T) {
	for _, c := range []struct {
		name   string
		frames []int64 // of verify.json's usedKeys, or of how the call went
		steps  []int
	}{
		{"livekit-vp8-rekey", nil, []int{0, 1, 0}},
		{"sframe-vp8-rekey", []int64{80, 60, 60, 99}, []int{0, 1, 2, 0}},
	} {
		rec := corpus.Load(t, c.name)
		rep, err := Inspect(sealedInputs(t, rec, keysOf(t, rec))[1], Options{})
		if err != nil {
			t.Fatal(err)
		}
		balance(t, Report{Tracks: []TrackReport{rep}})
		spans := rep.Frames.Spans
		if steps := mapped(spans, func(s KeySpan) int { return s.Step }); !slices.Equal(steps, c.steps) {
			t.Fatalf("%s: ratchet steps %d, want %d", c.name, steps, c.steps)
		}
		frames := mapped(spans, func(s KeySpan) int64 { return s.Frames })
		if c.frames != nil && !slices.Equal(frames, c.frames) {
			t.Errorf("%s: %d frames in spans, want %d", c.name, frames, c.frames)
		}
		for i, s := range spans[1:] {
			if before := spans[i]; s.From <= before.To || s.To < s.From || s.Key == before.Key && s.Step == before.Step {
				t.Errorf("%s: span %+v after %+v", c.name, s, before)
			}
		}
	}
}

// wrongKeys gives every key other octets.
func wrongKeys(keys []decrypt.Key) []decrypt.Key {
	wrong := append([]decrypt.Key(nil), keys...)
	for i := range wrong {
		secret := append(decrypt.Secret(nil), wrong[i].Secret...)
		for j := range secret {
			secret[j] ^= 0x5a
		}
		wrong[i].Secret = secret
	}
	return wrong
}

func TestWrongKeysOpenNothing(t *testing.T) {
	for _, name := range encrypted {
		if strings.HasPrefix(name, "xor") { // which cannot tell
			continue
		}
		t.Run(name, func(t *testing.T) {
			rec := corpus.Load(t, name)
			c, rep, err := convert(t, sealedInputs(t, rec, wrongKeys(keysOf(t, rec))), Options{})
			if !errors.Is(err, ErrNothingOpened) || !errors.Is(err, ErrWrongKey) {
				t.Errorf("got %v", err)
			}
			if len(c.blocks) != 0 || c.tracks != nil {
				t.Error("a container was made")
			}
			for _, tr := range rep.Tracks {
				if tr.Frames.Opened != 0 || tr.Frames.NotAuth != tr.Frames.Begun || !errors.Is(tr.Why, ErrWrongKey) {
					t.Errorf("%s: %v: %+v", tr.Name, tr.Why, tr.Frames)
				}
			}
		})
	}
}

func TestWhollyClearRecording(t *testing.T) {
	rec := corpus.Load(t, "jitsi-vp8-sharedkey")
	keys := keysOf(t, rec)
	for _, clear := range []ClearPolicy{ClearDrop, ClearBefore, ClearAll} {
		c, rep, err := convert(t, sealedInputs(t, rec, keys), Options{Clear: clear})
		if clear == ClearDrop {
			if !errors.Is(err, ErrNothingOpened) || !errors.Is(err, ErrNotEncrypted) {
				t.Errorf("dropped: got %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		matches(t, c.of(mjr.Audio), rec.Truth, "audio")
		matches(t, c.of(mjr.Video), rec.Truth, "video")
		for _, tr := range rep.Tracks {
			if s := tr.Frames.Spans; len(s) != 1 || !s[0].Clear || s[0].Frames != tr.Frames.ClearKept {
				t.Errorf("policy %d: %s: spans %+v", clear, tr.Name, s)
			}
			if clear == ClearAll && tr.Frames.ClearKept != tr.Frames.Begun || tr.Frames.Opened != 0 || tr.Frames.Written < tr.Frames.Begun-1 {
				t.Errorf("policy %d: %s: %+v", clear, tr.Name, tr.Frames)
			}
		}
	}
}

// A file of which one track has a key and the other has none is converted
// without the other.
func TestTrackWithoutKeyIsLeftOut(t *testing.T) {
	rec := corpus.Load(t, "livekit-vp8")
	in := sealedInputs(t, rec, keysOf(t, rec))
	in[1].Opener = newOpener(t, rec.Name, wrongKeys(keysOf(t, rec)))
	c, rep, err := convert(t, in, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.tracks) != 1 || rep.Tracks[0].Left || !rep.Tracks[1].Left || !errors.Is(rep.Tracks[1].Why, ErrWrongKey) {
		t.Errorf("%d tracks, left out: %v", len(c.tracks), rep.Tracks[1].Why)
	}
	matches(t, c.blocks, rec.Truth, "audio")
}

func TestInspectWithoutKeys(t *testing.T) {
	rec := corpus.Load(t, "jitsi-vp8")
	for _, in := range inputs(t, rec.Files...) {
		rep, err := Inspect(in, Options{})
		if err != nil {
			t.Fatal(err)
		}
		balance(t, Report{Tracks: []TrackReport{rep}})
		if want := verdicts(t, rec)[in.Name].Groups; rep.Frames.Sealed != want || rep.Frames.Opened+rep.Frames.Written+rep.KeyFrames != 0 {
			t.Errorf("%s: %+v, want %d sealed", in.Name, rep.Frames, want)
		}
	}
}

func TestFramesAreAsSent(t *testing.T) {
	for _, name := range append([]string{"plain-opus-red"}, encrypted...) {
		rec := corpus.Load(t, name)
		for _, in := range inputs(t, mediaFiles(rec)...) {
			kind := "audio"
			if strings.Contains(filepath.Base(in.Name), "video") {
				kind = "video"
			}
			sent := rec.Encrypted(kind)
			n := int64(0)
			err := Frames(in, Options{}, func(frame []byte, m decrypt.Meta) bool {
				f, ok := sent[sha(frame)]
				if !ok || m.Kind.String() != kind {
					t.Fatalf("%s: frame %d was not sent", in.Name, n)
				}
				if m.Type == decrypt.KeyFrame && f.Type != "key" || m.Type == decrypt.DeltaFrame && f.Type != "delta" {
					t.Errorf("%s: frame %d has type %v, and is %q", in.Name, n, m.Type, f.Type)
				}
				n++
				return true
			})
			if want := verdicts(t, rec)[in.Name].Matched; err != nil || n != want {
				t.Errorf("%s: %d frames, %v, want %d", in.Name, n, err, want)
			}
		}
	}
}
