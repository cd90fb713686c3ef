package postprocess

import (
	"math/rand/v2"
	"slices"
	"testing"
)

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
