package postprocess

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// inParts stores a recording as a recorder would that begins a part every so
// many packets.
func inParts(t testing.TB, rec recording, every int) []mjr.Part {
	t.Helper()
	start := rec.header.FirstFrame
	var parts []mjr.Part
	for from := 0; from < len(rec.packets); from += every {
		n := len(parts) + 1
		p := recording{header: rec.header}
		first := rec.packets[from].Arrival
		p.header.FirstFrame = start.Add(first)
		member := `{"v":"mjr test"}`
		if n > 1 {
			member = fmt.Sprintf(`{"v":"mjr test","part":%d,"start":%d}`, n, start.UnixMicro())
		}
		p.header.Unknown = map[string]json.RawMessage{"mjr": json.RawMessage(member)}
		for _, q := range rec.packets[from:min(from+every, len(rec.packets))] {
			q.Arrival -= first
			p.packets = append(p.packets, q)
		}
		parts = append(parts, mjr.Part{Name: fmt.Sprintf("test.p%03d.mjr", n), R: bytes.NewReader(p.bytes(t))})
	}
	return parts
}

func joined(parts []mjr.Part) Input {
	return Input{Name: parts[0].Name, R: parts[0].R, Parts: parts[1:]}
}

// TestConvertParts: wherever a recording is cut into parts, the frames are
// those of the recording that was not, each at its time: also a frame that a
// seam went through.
func TestConvertParts(t *testing.T) {
	for _, name := range []string{"plain-vp8-loss", "plain-vp9", "plain-vp8-reschange", "plain-vp8-pause"} {
		t.Run(name, func(t *testing.T) {
			rec := corpus.Load(t, name)
			files := []string{rec.File(t, "audio"), rec.File(t, "video")}
			want, _, err := convert(t, inputs(t, files...), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, every := range []int{17, 100} {
				audio, video := inParts(t, load(t, name, "audio"), every), inParts(t, load(t, name, "video"), every)
				got, rep, err := convert(t, []Input{joined(audio), joined(video)}, Options{})
				if err != nil {
					t.Fatal(err)
				}
				sameBlocks(t, got, want)
				for i, all := range [][]mjr.Part{audio, video} {
					r := rep.Tracks[i]
					if len(r.Parts) != len(all) || len(all) < 3 {
						t.Errorf("track %d: %d parts in the report, want %d", i, len(r.Parts), len(all))
					}
					for n, p := range r.Parts {
						if p.Number != n+1 || p.Missing > 0 || p.Left != nil || !p.Whole() || p.Records == 0 {
							t.Errorf("track %d: %+v", i, p)
						}
					}
				}
			}
		})
	}
}

func sameBlocks(t *testing.T, got, want *capture) {
	t.Helper()
	if len(got.blocks) != len(want.blocks) {
		t.Fatalf("%d blocks, want %d", len(got.blocks), len(want.blocks))
	}
	for i, b := range got.blocks {
		w := want.blocks[i]
		if b.sum != w.sum || b.PTS != w.PTS || b.Track != w.Track || b.Key != w.Key {
			t.Fatalf("block %d: track %d at %v, want track %d at %v", i, b.Track, b.PTS, w.Track, w.PTS)
		}
	}
}

// TestConvertPartMissing: what is behind a missing part keeps its time.
func TestConvertPartMissing(t *testing.T) {
	const every = 60
	want, _, err := convert(t, []Input{load(t, "plain-opus-dtx", "audio").input(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	parts := inParts(t, load(t, "plain-opus-dtx", "audio"), every)
	if len(parts) < 5 {
		t.Fatalf("%d parts < 5", len(parts))
	}
	in := joined(parts)
	in.Parts = append(in.Parts[:1:1], in.Parts[3:]...)
	got, rep, err := convert(t, []Input{in}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want.blocks = slices.Delete(want.blocks, 2*every, 4*every)
	sameBlocks(t, got, want)
	if p := rep.Tracks[0].Parts[2]; p.Missing != 2 || rep.Tracks[0].Packets.Lost != 2*every {
		t.Errorf("%+v, %d packets lost", p, rep.Tracks[0].Packets.Lost)
	}
}

// TestConvertPartUnread: an error of the second part's file is one of the
// conversion, under its name.
func TestConvertPartUnread(t *testing.T) {
	fire := errors.New("disk on fire")
	in := joined(inParts(t, load(t, "plain-vp9", "audio"), 100))
	in.Parts[1].R = iotest.ErrReader(fire)
	_, rep, err := convert(t, []Input{in}, Options{})
	var read *ReadError
	if !errors.As(err, &read) || read.Name != "test.p003.mjr" || !errors.Is(err, fire) {
		t.Errorf("%v, want a ReadError of test.p003.mjr", err)
	}
	if n := rep.Tracks[0].Frames.Written; n != 200 {
		t.Errorf("%d frames written before it, want 200", n)
	}
	in = joined(inParts(t, load(t, "plain-vp9", "audio"), 100))
	in.R, in.Parts[0].R = strings.NewReader(""), iotest.ErrReader(fire)
	if _, _, err = convert(t, []Input{in}, Options{}); !errors.As(err, &read) || read.Name != "test.p002.mjr" {
		t.Errorf("behind an empty first part: %v, want a ReadError of test.p002.mjr", err)
	}
}
