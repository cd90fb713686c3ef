package decrypt_test

import (
	"os"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
	"github.com/mjrkit/mjrkit/decrypt/sframejs"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// TestSeenOfARecording: audio and video of a real call draw from one counter,
// over two ratchets and a new key, and nothing repeats. Played twice, all does.
func TestSeenOfARecording(t *testing.T) {
	const name = "sframe-vp8-rekey"
	file, err := os.Open(corpus.Load(t, name).Keys)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	set, err := decrypt.ParseKeys(file)
	if err != nil {
		t.Fatal(err)
	}
	var seen decrypt.Seen
	for _, want := range []decrypt.Verdict{decrypt.Fresh, decrypt.Replayed} {
		frames := 0
		for _, kind := range []decrypt.Kind{decrypt.Audio, decrypt.Video} {
			o, err := sframejs.NewOpener(set.Keys, sframejs.Options{})
			if err != nil {
				t.Fatal(err)
			}
			encrypted, _ := decrypttest.LoadRecording(t, name, kind)
			opened, _ := decrypttest.OpenTrack(t, o, encrypted)
			for _, f := range opened {
				frames++
				if got := seen.Check(f.Result, f.Result.Plain); got != want {
					t.Fatalf("%s counter %d is %d, want %d", kind, f.Result.Counter, got, want)
				}
			}
		}
		if frames != 751+299 {
			t.Errorf("%d frames, want %d", frames, 751+299)
		}
	}
}
