package postprocess

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// plain lists the recordings in clear whose frames truth.jsonl hashes.
var plain = []string{
	"plain-vp8-identity", "plain-vp8-data", "plain-vp8-loss", "plain-vp8-pause", "plain-vp8-reschange",
	"plain-vp9", "plain-h264", "plain-av1", "plain-opus-dtx",
}

// mediaFiles leaves out data channels.
func mediaFiles(r corpus.Recording) []string {
	var files []string
	for _, f := range r.Files {
		if !strings.HasSuffix(f, "-data-2.mjr") {
			files = append(files, f)
		}
	}
	return files
}

func TestPlainRecordings(t *testing.T) {
	for _, name := range plain {
		t.Run(name, func(t *testing.T) {
			rec := corpus.Load(t, name)
			verdict := verdicts(t, rec)
			files := mediaFiles(rec)
			c, rep, err := convert(t, inputs(t, files...), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range files {
				want := verdict[filepath.Base(f)]
				got := rep.Tracks[i]
				if want.DecryptedOK == 0 || got.Frames.Written != want.DecryptedOK {
					t.Errorf("%s: %d frames written, want %d: %+v", got.Name, got.Frames.Written, want.DecryptedOK, got.Frames)
				}
				if got.Frames.Opened != want.DecryptedOK {
					t.Errorf("%s: %d frames opened, want %d", got.Name, got.Frames.Opened, want.DecryptedOK)
				}
				if got.Frames.Begun != want.Groups {
					t.Errorf("%s: %d frames begun, want %d", got.Name, got.Frames.Begun, want.Groups)
				}
				if got.Packets.Lost != want.Gaps {
					t.Errorf("%s: %d packets lost, want %d", got.Name, got.Packets.Lost, want.Gaps)
				}
			}
			matches(t, c.of(mjr.Audio), rec.Truth, "audio")
			matches(t, c.of(mjr.Video), rec.Truth, "video")
		})
	}
}

// Frames are as far apart as their timestamps were when they were sent.
func TestTimesAreTheSenders(t *testing.T) {
	for _, name := range append([]string{"jitsi-vp8", "sframe-vp8-rekey"}, plain...) {
		if name == "plain-vp8-pause" { // Janus closes the gap in the timestamps
			continue
		}
		rec := corpus.Load(t, name)
		in := inputs(t, mediaFiles(rec)...)
		if rec.Keys != "" {
			in = sealedInputs(t, rec, keysOf(t, rec))
		}
		c, _, err := convert(t, in, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i, tr := range c.tracks {
			sent := make(map[string]corpus.Truth) // frames with contents of their own
			twice := make(map[string]bool)
			for _, f := range rec.Truth {
				_, dup := sent[f.SHA256]
				twice[f.SHA256] = twice[f.SHA256] || dup
				sent[f.SHA256] = f
			}
			var first *block
			checked := 0
			for _, b := range c.blocks {
				f, ok := sent[b.sum]
				if b.Track != i || !ok || twice[b.sum] {
					continue
				}
				if first == nil {
					first = &b
				}
				checked++
				want := ticks(int64(f.RTPTime-sent[first.sum].RTPTime), tr.ClockRate)
				if got := b.PTS - first.PTS; !within(got, want, time.Microsecond) {
					t.Fatalf("%s, %s: a frame %v after the first, want %v", name, tr.Codec, got, want)
				}
			}
			if checked < 100 {
				t.Errorf("%s, %s: only %d frames checked", name, tr.Codec, checked)
			}
		}
	}
}

// The wall clock is that of the recorder: what the tracks were written at, the
// first packet of the first to the last packet of the last. The fake
// microphone of these recordings runs up to 1% slow, the camera does not.
func TestTimesAreTheWallClocks(t *testing.T) {
	const tolerance = 40 * time.Millisecond
	for _, name := range plain {
		if name == "plain-vp8-pause" { // a pause is in received times only
			continue
		}
		t.Run(name, func(t *testing.T) {
			rec := corpus.Load(t, name)
			c, rep, err := convert(t, inputs(t, mediaFiles(rec)...), Options{})
			if err != nil {
				t.Fatal(err)
			}
			var wall, last time.Duration
			for _, tr := range rep.Tracks {
				end := tr.Offset + tr.Wall
				if end > wall {
					wall = end
				}
			}
			for _, b := range c.blocks {
				last = max(last, b.PTS)
			}
			if c.blocks[0].PTS != 0 {
				t.Errorf("the first block is at %v", c.blocks[0].PTS)
			}
			if !within(last, wall, tolerance) {
				t.Errorf("the last block is at %v, and was received at %v", last, wall)
			}
			if end := lasts(c); !within(rep.Duration, end, time.Millisecond) {
				t.Errorf("lasts %v, want %v", rep.Duration, end)
			}
			if len(rep.Tracks) == 2 {
				a, v := c.of(mjr.Audio)[0], c.of(mjr.Video)[0]
				want := rep.Tracks[1].Header.FirstFrame.Sub(rep.Tracks[0].Header.FirstFrame)
				if got := v.PTS - a.PTS; got != want || want == 0 {
					t.Errorf("video begins %v after audio, want %v", got, want)
				}
			}
		})
	}
}

// lasts is when the last block ends: one of Opus after its 20 ms, a picture
// after as long as there was between the two before.
func lasts(c *capture) time.Duration {
	var end time.Duration
	if a := c.of(mjr.Audio); len(a) > 0 {
		end = a[len(a)-1].PTS + 20*time.Millisecond
	}
	if v := c.of(mjr.Video); len(v) > 1 {
		end = max(end, 2*v[len(v)-1].PTS-v[len(v)-2].PTS)
	}
	return end
}
