package e2e

import (
	"encoding/base64"
	endian "encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// wrong is a copy of a key file in which no key is right.
func wrong(t testing.TB, keys string) string {
	t.Helper()
	b, err := os.ReadFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	var set map[string]any
	if err := json.Unmarshal(b, &set); err != nil {
		t.Fatal(err)
	}
	for _, k := range set["keys"].([]any) {
		key := k.(map[string]any)
		octets, err := base64.RawURLEncoding.DecodeString(key["k"].(string))
		if err != nil {
			t.Fatal(err)
		}
		octets[len(octets)-1] ^= 1
		key["k"] = base64.RawURLEncoding.EncodeToString(octets)
	}
	if b, err = json.Marshal(set); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "wrong.json")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// nothing checks that no frame has left the worker, and that the decoders have
// made nothing of any.
func (w *watching) nothing() {
	w.t.Helper()
	all := w.frames()
	if len(all) == 0 {
		w.t.Error("no frame came at all")
	}
	for _, f := range all {
		if f.Out != "" {
			w.t.Fatalf("a frame left the worker: %+v", f)
		}
	}
	if decoded, energy := w.stat("video", "framesDecoded"), w.stat("audio", "totalAudioEnergy"); decoded != 0 || energy != 0 {
		w.t.Errorf("%v frames were decoded, and the sound has the energy %v", decoded, energy)
	}
}

// genuine checks that all that left the worker is what the encoder made.
func (w *watching) genuine(rec corpus.Recording) {
	w.t.Helper()
	truth := make(map[string]bool)
	for _, f := range rec.Truth {
		truth[f.SHA256] = true
	}
	for _, f := range w.frames() {
		if f.Out != "" && !truth[f.Out] {
			w.t.Errorf("a frame left the worker that the encoder never made: %+v", f)
		}
	}
}

// TestWrongKey: nothing is shown under a wrong key, and the right one needs no
// new page.
func TestWrongKey(t *testing.T) {
	for _, name := range []string{"jitsi-vp8", "sframe-vp8-skip", "livekit-h264"} {
		t.Run(name, func(t *testing.T) {
			wrongThenRight(t, pagetest.New(t), name)
		})
	}
}

func wrongThenRight(t *testing.T, b *pagetest.Browser, name string) {
	t.Helper()
	rec := corpus.Load(t, name)
	w := theatreOf(t, b, append([]string{"--loop"}, media(rec)...)...)
	w.Open(w.mjr.url() + "#trace")
	w.State("no-key")
	w.Eval(`globalThis.samePage = true`)
	w.SetFile("#keys", wrong(t, rec.Keys))
	w.State("wrong-key")
	w.Wait(`mjrTrace.length > 100`)
	w.State("wrong-key")
	w.nothing()
	w.SetFile("#keys", rec.Keys)
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 30)`)
	w.Wait(`samePage`)
	w.genuine(rec)
	w.onScreen(true)
	w.SetFile("#keys", wrong(t, rec.Keys))
	w.State("wrong-key")
	w.onScreen(false)
	w.end()
}

// TestOtherKeys: keys of another scheme, and keys for what is not encrypted.
func TestOtherKeys(t *testing.T) {
	for _, c := range []struct{ recording, keys, state string }{
		{"sframe-vp8-skip", "jitsi-vp8", "not-encrypted"},
		{"jitsi-vp8", "rfc9605-vp8-gcm", "wrong-key"}, // any byte may begin a header of RFC 9605
		{"plain-vp9", "jitsi-vp8", "not-encrypted"},
	} {
		t.Run(c.recording+" with keys of "+c.keys, func(t *testing.T) {
			rec := corpus.Load(t, c.recording)
			w := theatre(t, media(rec)...)
			w.Open(w.mjr.url() + fragment(t, corpus.Load(t, c.keys).Keys))
			w.State(c.state)
			w.Wait(`mjrTrace.length > 100`)
			w.State(c.state)
			w.nothing()
			w.end()
		})
	}
}

// TestUnauthenticated: XOR's media is shown only to who asked for it.
func TestUnauthenticated(t *testing.T) {
	rec := corpus.Load(t, "xor-vp8-noise")
	w := theatre(t, append([]string{"--loop"}, media(rec)...)...)
	w.Open(w.mjr.url() + fragment(t, rec.Keys))
	w.State("unauthenticated")
	w.Wait(`mjrTrace.length > 100`)
	w.nothing()
	w.Click("#unauthenticated")
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 30)`)
	w.genuine(rec)
	w.onScreen(true)
	w.Eval(`document.getElementById("keyring").open = true`)
	w.Click("#unauthenticated")
	w.State("unauthenticated")
	w.onScreen(false)
	w.end()
}

// TestKeysForPlain: who gives keys wants nothing more that is not authentic,
// and a file without any does not take that back.
func TestKeysForPlain(t *testing.T) {
	rec := corpus.Load(t, "plain-vp9")
	w := theatre(t, append([]string{"--loop"}, media(rec)...)...)
	w.Open(w.mjr.url() + "#trace")
	w.State("playing")
	w.Wait(`received("video").then((s) => s.framesDecoded > 30)`)
	w.onScreen(true)
	w.SetFile("#keys", corpus.Load(t, "jitsi-vp8").Keys)
	w.State("not-encrypted")
	w.onScreen(false)
	empty := filepath.Join(t.TempDir(), "empty.json")
	if err := os.WriteFile(empty, []byte(`{"keys":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Eval(`globalThis.before = mjrTrace.length`)
	w.SetFile("#keys", empty)
	w.Wait(`document.getElementById("keys-say").textContent.includes("there is no key in it")`)
	w.Wait(`mjrTrace.length > before + 100`)
	w.State("not-encrypted")
	w.onScreen(false)
	if n := pagetest.Value[int](w.Browser, `mjrTrace.slice(before).filter((f) => f.out).length`); n != 0 {
		t.Errorf("%d frames left the worker", n)
	}
	w.Eval(`document.getElementById("keyring").open = true`)
	w.Click("#forget")
	w.State("playing")
	w.end()
}

// TestDamaged: bytes that were altered in the middle of a recording are not
// shown, and what comes after them is.
func TestDamaged(t *testing.T) {
	rec := corpus.Load(t, "jitsi-vp8")
	dir := t.TempDir()
	var files []string
	for _, f := range rec.Files {
		path := filepath.Join(dir, filepath.Base(f))
		damage(t, f, path)
		files = append(files, path)
	}
	w := theatre(t, files...)
	w.Open(w.mjr.url() + fragment(t, rec.Keys))
	w.State("playing")
	w.State("damaged")
	w.State("playing")
	w.State("ended")
	w.settled()
	w.genuine(rec)
	bad := 0
	for _, f := range w.frames() {
		if f.Out == "" {
			bad++
		}
	}
	if bad < 100 {
		t.Errorf("only %d frames were refused", bad)
	}
	w.end()
}

// damage copies a recording, with a bit of each packet from the fourth to the
// eighth second flipped, near the packet's end.
func damage(t testing.TB, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	flipped := 0
	for at := 10 + int(endian.BigEndian.Uint16(b[8:])); at+10 < len(b); {
		ms, n := endian.BigEndian.Uint32(b[at+4:]), int(endian.BigEndian.Uint16(b[at+8:]))
		at += 10 + n
		if ms > 4000 && ms < 8000 && n > 40 {
			b[at-20] ^= 1
			flipped++
		}
	}
	if flipped < 50 {
		t.Fatalf("%s: only %d packets between 4 and 8 s", from, flipped)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
