package detect_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/jitsi"
	"github.com/mjrkit/mjrkit/decrypt/livekit"
	"github.com/mjrkit/mjrkit/decrypt/sframe"
	"github.com/mjrkit/mjrkit/decrypt/sframejs"
	"github.com/mjrkit/mjrkit/decrypt/xor"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

// plainTracks are all recordings in clear, and the encrypted ones opened.
func plainTracks(t testing.TB) (packets [][][]byte, tracks [][]shown) {
	t.Helper()
	for _, name := range corpus.Names(t) {
		r := corpus.Load(t, name)
		for _, path := range r.Files {
			if strings.Contains(path, "-data-2") {
				continue
			}
			p, frames := recorded(t, path)
			if strings.HasPrefix(name, "plain-") || name == "jitsi-vp8-sharedkey" {
				packets = append(packets, p)
				tracks = append(tracks, frames)
				continue
			}
			tracks = append(tracks, opened(t, r, frames))
		}
	}
	if len(packets) != 20 || len(tracks) != 42 {
		t.Fatalf("%d tracks in clear of %d, want 20 of 42", len(packets), len(tracks))
	}
	return packets, tracks
}

// opened decrypts a track with the keys of its recording.
func opened(t testing.TB, r corpus.Recording, frames []shown) []shown {
	t.Helper()
	f, err := os.Open(r.Keys)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	set, err := decrypt.ParseKeys(f)
	if err != nil {
		t.Fatal(err)
	}
	var openers []decrypt.Opener
	add := func(o decrypt.Opener, err error) {
		if err != nil {
			t.Fatal(err)
		}
		openers = append(openers, o)
	}
	k := set.Keys
	switch alg := k[0].Alg; {
	case jitsi.Handles(alg):
		add(jitsi.NewOpener(k, jitsi.Options{}))
	case livekit.Handles(alg):
		add(livekit.NewOpener(k, livekit.Options{}))
	case sframe.Handles(alg):
		add(sframe.NewOpener(k, sframe.Options{}))
	case sframejs.Handles(alg):
		add(sframejs.NewOpener(k, sframejs.Options{}))
	case xor.Handles(alg):
		add(xor.NewOpener(k, xor.Options{}))
	}
	o := decrypt.Any(openers...)
	var plain []shown
	for _, f := range frames {
		if res, err := o.Open(nil, f.data, f.meta); err == nil {
			plain = append(plain, shown{bytes.Clone(res.Plain), f.meta})
		}
	}
	if len(plain) < len(frames)*9/10 {
		t.Fatalf("%s: %d of %d frames opened", r.Name, len(plain), len(frames))
	}
	return plain
}

// TestPlainWindows: no stretch of any plain track looks encrypted, nor one
// with frames left out, as on loss.
func TestPlainWindows(t *testing.T) {
	const seed = 11
	rnd := rand.New(rand.NewPCG(seed, seed))
	packets, tracks := plainTracks(t)
	for range 6000 {
		track := tracks[rnd.IntN(len(tracks))]
		from, n, every := rnd.IntN(len(track)-8), 8+rnd.IntN(150), 1+rnd.IntN(3)
		var window []shown
		for i := from; i < len(track) && len(window) < n; i += 1 + rnd.IntN(every) {
			window = append(window, track[i])
		}
		if g := guess(nil, window); g.Scheme != "" {
			t.Fatalf("%+v, for %d %s frames in clear from %d on", g, len(window), window[0].meta.Codec, from)
		}
	}
	for range 3000 {
		track := packets[rnd.IntN(len(packets))]
		from := rnd.IntN(len(track) - 8)
		window := track[from:min(len(track), from+8+rnd.IntN(150))]
		if g := guess(window, nil); g.Scheme != "" {
			t.Fatalf("%+v, for %d packets in clear from %d on", g, len(window), from)
		}
	}
}

// TestPlainOffsets does the same with frames that were cut: a header that
// another one's reader finds where it is not.
func TestPlainOffsets(t *testing.T) {
	_, tracks := plainTracks(t)
	for _, track := range tracks {
		for cut := 1; cut <= 24; cut++ {
			var head, tail []shown
			for _, f := range track[:min(len(track), 200)] {
				if len(f.data) > cut {
					head = append(head, shown{f.data[cut:], f.meta})
					tail = append(tail, shown{f.data[:len(f.data)-cut], f.meta})
				}
			}
			for _, frames := range [][]shown{head, tail} {
				if g := guess(nil, frames); g.Scheme != "" {
					t.Errorf("%+v, for %s in clear, cut by %d bytes", g, track[0].meta.Codec, cut)
				}
			}
		}
	}
}

// TestNoise: bytes of many distributions look like nothing.
func TestNoise(t *testing.T) {
	const seed = 13
	rnd := rand.New(rand.NewPCG(seed, seed))
	values := []func(i int) byte{
		func(int) byte { return byte(rnd.Uint32()) },
		func(int) byte { return byte(rnd.IntN(4)) },
		func(int) byte { return byte(rnd.IntN(16)) },
		func(int) byte { return 0x10 | byte(rnd.IntN(8)) },
		func(int) byte { return 0 },
		func(i int) byte { return byte(i) },
		func(i int) byte { return byte(i / 3) },
	}
	for range 4000 {
		value := values[rnd.IntN(len(values))]
		length := rnd.IntN(200)
		n := 8 + rnd.IntN(60)
		var frames []shown
		for range n {
			b := make([]byte, max(0, length+rnd.IntN(5)-2))
			for i := range b {
				b[i] = value(i)
			}
			m := decrypt.Meta{Kind: decrypt.Kind(1 + rnd.IntN(2)), Codec: []string{"opus", "vp8", "h264"}[rnd.IntN(3)]}
			frames = append(frames, shown{b, m})
		}
		if g := guess(nil, frames); g.Scheme != "" {
			t.Fatalf("%+v, for %d frames such as %x", g, n, frames[0].data)
		}
	}
}

// TestTones: samples of a tone rise slowly from frame to frame, and so could
// be counters.
func TestTones(t *testing.T) {
	const rate, perFrame = 8000, 160
	for _, amplitude := range []float64{1, 10, 100, 1000, 10000} {
		for hz := 0.01; hz < 400; hz *= 1.07 {
			var l16, pcm []shown
			for n := range 100 {
				var wide, narrow []byte
				for i := range perFrame {
					v := 5000 + amplitude*math.Sin(2*math.Pi*hz*float64(n*perFrame+i)/rate)
					wide = append(wide, byte(int(v)>>8), byte(int(v)))
					narrow = append(narrow, byte(int(v)/64))
				}
				m := decrypt.Meta{Kind: decrypt.Audio, Codec: "l16", Timestamp: uint32(n * perFrame)}
				l16, pcm = append(l16, shown{wide, m}), append(pcm, shown{narrow, m})
			}
			for _, frames := range [][]shown{l16, pcm} {
				if g := guess(nil, frames); g.Scheme != "" {
					t.Errorf("%+v, for a tone of %.2f Hz, %.0f high", g, hz, amplitude)
				}
			}
		}
	}
}
