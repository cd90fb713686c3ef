package decrypttest

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// LoadRecording assembles the frames of one medium of a recording in
// testdata/recordings. It fails the test where a frame is not one that the
// sender's transform had put out, by the recording's truth.jsonl; so the
// frames are right as soon as they are returned.
func LoadRecording(t testing.TB, name string, kind decrypt.Kind) ([]Encrypted, []corpus.Truth) {
	t.Helper()
	r := corpus.Load(t, name)
	file, err := os.ReadFile(r.File(t, kind.String()))
	if err != nil {
		t.Fatal(err)
	}
	codec, packets := readMJR(t, file)
	frames := assemble(t, packets, decrypt.Meta{Kind: kind, Codec: codec})
	sent := r.Encrypted(kind.String())
	truths := make([]corpus.Truth, len(frames))
	for i, f := range frames {
		sum := sha256.Sum256(f.Data)
		truth, ok := sent[hex.EncodeToString(sum[:])]
		if !ok {
			t.Fatalf("%s: %s frame %d was not sent like this", name, kind, i)
		}
		truths[i] = truth
	}
	if len(frames) < 50 {
		t.Fatalf("%s: only %d %s frames", name, len(frames), kind)
	}
	return frames, truths
}

// readMJR reads a recording of the newest generation, with no mercy.
func readMJR(t testing.TB, b []byte) (codec string, packets [][]byte) {
	t.Helper()
	const magic, record = "MJR00002", "MEET"
	take := func(n int) []byte {
		if n > len(b) {
			t.Fatalf("recording cut: %d bytes wanted, %d left", n, len(b))
		}
		taken := b[:n]
		b = b[n:]
		return taken
	}
	if got := take(len(magic)); string(got) != magic {
		t.Fatalf("recording begins with %q", got)
	}
	var header struct {
		Codec string `json:"c"`
	}
	if err := json.Unmarshal(take(int(binary.BigEndian.Uint16(take(2)))), &header); err != nil {
		t.Fatal(err)
	}
	for len(b) > 0 {
		if got := take(len(record)); string(got) != record {
			t.Fatalf("record begins with %q", got)
		}
		take(4) // received time
		packets = append(packets, take(int(binary.BigEndian.Uint16(take(2)))))
	}
	return header.Codec, packets
}

// RunRecording opens both media of a recording with Openers made of its key
// file: every frame must come out as its encoder had made it, in order.
func RunRecording(t *testing.T, name string, opener func(testing.TB, []decrypt.Key) decrypt.Opener) {
	r := corpus.Load(t, name)
	file, err := os.ReadFile(r.Keys)
	if err != nil {
		t.Fatal(err)
	}
	set, err := decrypt.ParseKeys(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []decrypt.Kind{decrypt.Audio, decrypt.Video} {
		t.Run(kind.String(), func(t *testing.T) {
			frames, truths := LoadRecording(t, name, kind)
			o := opener(t, decrypt.Select(set.Keys, kind, ""))
			opened, failed := OpenTrack(t, o, frames)
			if len(failed) > 0 || len(opened) != len(frames) {
				t.Fatalf("%d of %d frames opened; %v", len(opened), len(frames), failed)
			}
			for i, got := range opened {
				if sum := sha256.Sum256(got.Result.Plain); hex.EncodeToString(sum[:]) != truths[i].SHA256 {
					t.Errorf("frame %d opens to other bytes than were sealed", i)
				}
			}
			// A change of key or step costs a search of a few tries.
			if counter, ok := o.(trier); ok && float64(counter.Tries()) > 1.05*float64(len(frames))+20 {
				t.Errorf("%d tries for %d frames", counter.Tries(), len(frames))
			}
		})
	}
}
