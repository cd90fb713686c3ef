package postprocess

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

func TestCleanWaitsForAKeyFrame(t *testing.T) {
	all := load(t, "plain-vp8-identity", "video")
	all.packets = slices.Delete(all.packets, 300, 302)
	c, rep, err := convert(t, []Input{all.input(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	clean, crep, err := convert(t, []Input{all.input(t)}, Options{Clean: true})
	if err != nil {
		t.Fatal(err)
	}
	f := crep.Tracks[0].Frames
	if f.Unclean == 0 || f.Written+f.Unclean != rep.Tracks[0].Frames.Written {
		t.Errorf("%+v", f)
	}
	for i, b := range clean.blocks {
		if b.sum != c.blocks[i].sum {
			if !b.Key || i < 50 {
				t.Errorf("frame %d behind the lost one: key %v", i, b.Key)
			}
			return
		}
	}
	t.Error("nothing was dropped")
}

func TestVideoStartsAtAKeyFrame(t *testing.T) {
	all := load(t, "plain-vp8-identity", "video")
	all.packets = slices.Delete(all.packets, 1, 2) // of the first key frame
	c, rep, err := convert(t, []Input{all.input(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	f := rep.Tracks[0].Frames
	if !c.blocks[0].Key || c.blocks[0].PTS != 0 || f.BeforeKey == 0 || f.Incomplete != 1 {
		t.Errorf("begins with a key frame: %v, at %v; %+v", c.blocks[0].Key, c.blocks[0].PTS, f)
	}
}

// With B-frames, those shown before the key frame come behind it.
func TestFramesShownBeforeTheKeyFrame(t *testing.T) {
	all := load(t, "plain-h264", "video")
	first, second := timestamp(all.packets[0]), uint32(0)
	for i, p := range all.packets {
		if at := timestamp(p); at != first && (second == 0 || at == second) {
			second = at
			binary.BigEndian.PutUint32(all.packets[i].Data[4:], first-1000)
		}
	}
	c, rep, err := convert(t, []Input{all.input(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f := rep.Tracks[0].Frames; f.BeforeKey != 1 || c.blocks[0].PTS != 0 || !c.blocks[0].Key || c.blocks[1].PTS < 90*time.Millisecond {
		t.Errorf("%+v; second frame at %v", f, c.blocks[1].PTS)
	}
}

func TestVideoWithoutAKeyFrame(t *testing.T) {
	all := load(t, "plain-vp8-identity", "video")
	all.packets = all.packets[10:60]
	_, rep, err := convert(t, []Input{all.input(t)}, Options{})
	if !errors.Is(err, ErrNothingOpened) || !errors.Is(err, ErrNoKeyFrame) || rep.Tracks[0].Frames.BeforeKey == 0 {
		t.Errorf("got %v, %+v", err, rep.Tracks[0].Frames)
	}
}

func TestRED(t *testing.T) {
	rec := corpus.Load(t, "plain-opus-red")
	var want []string
	err := Frames(inputs(t, rec.Files...)[0], Options{}, func(frame []byte, _ decrypt.Meta) bool {
		// By hand: the lengths of the copies, then the primary block behind them.
		copies, head := 0, 0
		for frame[head] >= 0x80 {
			copies += int(binary.BigEndian.Uint16(frame[head+2:]) & 0x3ff)
			head += 4
		}
		want = append(want, sha(frame[head+1+copies:]))
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, opener := range []decrypt.Opener{nil, copying{}} {
		in := inputs(t, rec.Files...)
		in[0].Opener = opener
		c, rep, err := convert(t, in, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got := mapped(c.blocks, func(b block) string { return b.sum }); !slices.Equal(got, want) || len(got) != 605 {
			t.Errorf("%d primary blocks, want %d", len(got), len(want))
		}
		for i, b := range c.blocks {
			if b.Duration != 20*time.Millisecond {
				t.Errorf("block %d lasts %v", i, b.Duration)
			}
		}
		if p := rep.Tracks[0].Packets; p.Padding != 47 || p.Lost != 0 {
			t.Errorf("%+v", p)
		}
	}
}

func TestREDSins(t *testing.T) {
	all := load(t, "plain-opus-red", "audio")
	payload := func(n int, b ...byte) {
		all.packets[n].Data = append(all.packets[n].Data[:12:12], b...)
		all.packets[n].Data[0] = 0x80
	}
	payload(5, 0xef, 0, 0, 1, 0x6f, 'x') // no primary data
	payload(6, 0xef, 0, 0, 9, 0x6f, 'x') // longer than the packet
	payload(7, 0x78, 'o')                // Opus, not RED
	all.packets[7].Data[1] = 111 | 0x80&all.packets[7].Data[1]
	c, rep, err := convert(t, []Input{all.input(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f := rep.Tracks[0].Frames; f.Empty != 1 || f.Malformed != 1 || f.Written != 603 {
		t.Errorf("%+v", f)
	}
	if c.blocks[5].sum != sha([]byte("\x78o")) {
		t.Error("Opus among RED did not come out as it is")
	}
}
