package postprocess

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// recording is a file taken apart.
type recording struct {
	header  mjr.Header
	packets []mjr.Packet
}

func load(t testing.TB, rec, kind string) recording {
	t.Helper()
	in := inputs(t, corpus.Load(t, rec).File(t, kind))[0]
	r, err := mjr.NewReader(in.R)
	if err != nil {
		t.Fatal(err)
	}
	all := recording{header: r.Header}
	for {
		p, err := r.ReadPacket()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		p.Data = bytes.Clone(p.Data)
		all.packets = append(all.packets, p)
	}
}

// bytes puts it together again.
func (r recording) bytes(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := mjr.NewWriter(&b, r.header)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range r.packets {
		if err := w.WritePacket(p); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func (r recording) input(t testing.TB) Input {
	return Input{Name: "test.mjr", R: bytes.NewReader(r.bytes(t))}
}

func timestamp(p mjr.Packet) uint32 { return binary.BigEndian.Uint32(p.Data[4:]) }

// wholeFrames are the hashes of the frames whose packets are all in kept, from
// the first key frame on. It relies on every packet of all having arrived.
func wholeFrames(t *testing.T, name string, all recording, kept map[int]bool) []string {
	t.Helper()
	c, _, err := convert(t, []Input{all.input(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	blocks := c.blocks
	var sums []string
	started := false
	for i := 0; i < len(all.packets); {
		whole, at := true, timestamp(all.packets[i])
		for ; i < len(all.packets) && timestamp(all.packets[i]) == at; i++ {
			whole = whole && kept[i]
		}
		if len(blocks) == 0 {
			t.Fatalf("%s: fewer frames than timestamps", name)
		}
		if started = started || whole && blocks[0].Key; whole && started {
			sums = append(sums, blocks[0].sum)
		}
		blocks = blocks[1:]
	}
	return sums
}

func TestLostPacketsLoseTheirFramesOnly(t *testing.T) {
	for _, name := range []string{"plain-vp8-identity", "plain-vp9"} {
		all := load(t, name, "video")
		for seed := range uint64(5) {
			r := rand.New(rand.NewPCG(seed, 1))
			kept := make(map[int]bool)
			less := recording{header: all.header}
			for i, p := range all.packets {
				if i == 0 || r.IntN(20) > 0 { // the first packet is time zero
					kept[i] = true
					less.packets = append(less.packets, p)
				}
			}
			want := wholeFrames(t, name, all, kept)
			c, rep, err := convert(t, []Input{less.input(t)}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, b := range c.blocks {
				got = append(got, b.sum)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, seed %d: %d frames, want %d", name, seed, len(got), len(want))
			}
			if f := rep.Tracks[0].Frames; f.Incomplete == 0 || rep.Tracks[0].Packets.Lost == 0 {
				t.Errorf("%s, seed %d: nothing lost: %+v", name, seed, f)
			}
		}
	}
}

func TestShuffledRecordingsComeOutTheSame(t *testing.T) {
	for _, name := range []string{"plain-vp8-identity", "plain-h264", "plain-av1"} {
		all := load(t, name, "video")
		want, _, err := convert(t, []Input{all.input(t)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		r := rand.New(rand.NewPCG(1, 2))
		for n := 0; n+16 < len(all.packets); n += 16 {
			some := all.packets[n : n+16]
			r.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
		}
		for n := 50; n < len(all.packets); n += 50 { // and retransmissions
			all.packets = slices.Insert(all.packets, n, all.packets[n-10])
		}
		got, rep, err := convert(t, []Input{all.input(t)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		sum := func(b block) string { return b.sum }
		if !slices.Equal(mapped(got.blocks, sum), mapped(want.blocks, sum)) {
			t.Errorf("%s: %d frames, want %d", name, len(got.blocks), len(want.blocks))
		}
		if p := rep.Tracks[0].Packets; p.Duplicate == 0 || p.Reordered == 0 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func mapped[T, U any](all []T, f func(T) U) []U {
	var m []U
	for _, v := range all {
		m = append(m, f(v))
	}
	return m
}

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
	_, rep, err := convert(t, []Input{all.input(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if f := rep.Tracks[0].Frames; f.Empty != 1 || f.Malformed != 1 || f.Written != 603 {
		t.Errorf("%+v", f)
	}
}

func TestDataChannelIsLeftOut(t *testing.T) {
	rec := corpus.Load(t, "plain-vp8-data")
	c, rep, err := convert(t, inputs(t, rec.Files...), Options{})
	if err != nil {
		t.Fatal(err)
	}
	var unsupported *media.UnsupportedError
	if len(c.tracks) != 2 || !rep.Tracks[1].Left || !errors.As(rep.Tracks[1].Why, &unsupported) {
		t.Errorf("%d tracks, %v", len(c.tracks), rep.Tracks[1].Why)
	}
	_, _, err = convert(t, inputs(t, rec.File(t, "data-2")), Options{})
	if !errors.Is(err, ErrNothingOpened) || !errors.As(err, &unsupported) {
		t.Errorf("alone: got %v", err)
	}
	insp, err := Inspect(inputs(t, rec.File(t, "data-2"))[0], Options{})
	if !errors.Is(err, nil) || insp.Packets.Read == 0 || !within(insp.Wall, 12*time.Second, time.Second) {
		t.Errorf("inspected: %v, %d messages in %v", err, insp.Packets.Read, insp.Wall)
	}
}

func TestNothingToConvert(t *testing.T) {
	video := load(t, "plain-av1", "video")
	av1 := video.input(t)
	av1.Opener = keyed{}
	h265 := video
	h265.header.Codec = "h265"
	noPackets := func(mjr.Packet) bool { return true }
	junk := load(t, "plain-vp8-identity", "audio")
	junk.packets = slices.DeleteFunc(junk.packets, noPackets)
	for _, c := range []struct {
		sin  string
		in   Input
		want error // nil: *media.UnsupportedError
	}{
		{"not a recording", Input{R: bytes.NewReader([]byte("RIFF and what follows"))}, mjr.ErrNotMJR},
		{"no bytes", Input{R: bytes.NewReader(nil)}, ErrNoFrames},
		{"no packets", junk.input(t), ErrNoFrames},
		{"AV1 encrypted by frame", av1, nil},
		{"H.265", h265.input(t), nil},
	} {
		t.Run(c.sin, func(t *testing.T) {
			var out bytes.Buffer
			rep, err := Convert(&out, (&capture{t: t}).container, []Input{c.in}, Options{})
			var unsupported *media.UnsupportedError
			if !errors.Is(err, ErrNothingOpened) || c.want == nil && !errors.As(err, &unsupported) || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if out.Len() > 0 {
				t.Errorf("%d bytes were written", out.Len())
			}
			if !rep.Tracks[0].Left || rep.Tracks[0].Why == nil {
				t.Error("not left out")
			}
		})
	}
}

func TestTracksAreOnOneClock(t *testing.T) {
	audio, video := load(t, "plain-vp8-identity", "audio"), load(t, "plain-vp8-identity", "video")
	u := audio.header.FirstFrame
	for _, c := range []struct {
		sin          string
		audio, video time.Time
		want         time.Duration // video after audio
		unrelated    bool
	}{
		{"none", u, u.Add(1500 * time.Millisecond), 1500 * time.Millisecond, false},
		{"video first", u, u.Add(-time.Hour), -time.Hour, false},
		{"two days apart", u, u.Add(48 * time.Hour), 0, true},
	} {
		audio.header.FirstFrame, video.header.FirstFrame = c.audio, c.video
		got, rep, err := convert(t, []Input{audio.input(t), video.input(t)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		a, v := got.of(mjr.Audio)[0], got.of(mjr.Video)[0]
		if d := v.PTS - a.PTS; d != c.want || min(a.PTS, v.PTS) != 0 {
			t.Errorf("%s: audio at %v, video at %v", c.sin, a.PTS, v.PTS)
		}
		if rep.Tracks[1].Unrelated != c.unrelated || rep.Tracks[0].Unrelated {
			t.Errorf("%s: unrelated: %v", c.sin, rep.Tracks[1].Unrelated)
		}
		created := c.audio
		if c.want < 0 {
			created = c.video
		}
		for i, tr := range got.tracks {
			if !tr.Created.Equal(created) {
				t.Errorf("%s: track %d created %v, want %v", c.sin, i, tr.Created, created)
			}
		}
	}
}

func TestTrackIsDescribed(t *testing.T) {
	audio, video := load(t, "plain-h264", "audio"), load(t, "plain-h264", "video")
	video.header.Description = "camera"
	c, _, err := convert(t, []Input{audio.input(t), video.input(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	v := c.tracks[1]
	if v.Codec != "h264" || v.Kind != mjr.Video || v.ClockRate != 90000 || v.Width != 320 || v.Height != 240 || v.Name != "camera" {
		t.Errorf("%+v", v)
	}
	if sha(v.FirstFrame) != c.of(mjr.Video)[0].sum {
		t.Error("the first frame is another one")
	}
	if !bytes.Contains([]byte(v.Comment), []byte(`"d": "camera"`)) {
		t.Errorf("comment %q", v.Comment)
	}
	if a := c.tracks[0]; a.Channels != 2 || a.ClockRate != 48000 || a.Width != 0 {
		t.Errorf("%+v", a)
	}
}
