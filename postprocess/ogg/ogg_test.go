package ogg_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/postprocess/media"
	"github.com/mjrkit/mjrkit/postprocess/media/mediatest"
	"github.com/mjrkit/mjrkit/postprocess/ogg"
)

func load(t testing.TB, recording string) ([]media.Track, []media.Frame) {
	t.Helper()
	return mediatest.Load(t, corpus.Load(t, recording).File(t, "audio"))
}

func kit(t testing.TB, recording string) mediatest.Kit {
	tracks, frames := load(t, recording)
	opus := media.Track{Codec: "opus", ClockRate: 48000, Channels: 2}
	return mediatest.Kit{
		Container: ogg.New, Tracks: tracks, Frames: frames, Read: read,
		Tick: time.Second / 48000, Keys: true,
		Refused: []mediatest.Refused{
			{Sin: "two tracks", Tracks: []media.Track{opus, opus}},
			{Sin: "video", Tracks: []media.Track{{Codec: "vp8", Width: 640, Height: 480}}},
			{Sin: "another audio codec", Tracks: []media.Track{{Codec: "pcmu", ClockRate: 8000, Channels: 1}}},
			{Sin: "more channels than a channel mapping", Tracks: []media.Track{{Codec: "multiopus", Channels: 6}}},
			{Sin: "Opus of six channels", Tracks: []media.Track{{Codec: "opus", Channels: 6}}},
		},
	}
}

// The recordings: regular, with silences that were not sent, and with loss.
func TestContainer(t *testing.T) {
	for _, name := range []string{"plain-vp9", "plain-opus-dtx", "plain-vp8-loss"} {
		t.Run(name, func(t *testing.T) { mediatest.Run(t, kit(t, name)) })
	}
}

func BenchmarkWriteFrame(b *testing.B) {
	for _, name := range []string{"plain-vp9", "plain-opus-dtx"} {
		b.Run(name, func(b *testing.B) { mediatest.Bench(b, kit(b, name)) })
	}
}

// file writes packets to a file in memory.
func file(t testing.TB, track media.Track, frames ...media.Frame) []byte {
	t.Helper()
	b, err := tryFile(track, frames...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func tryFile(track media.Track, frames ...media.Frame) ([]byte, error) {
	var b bytes.Buffer
	w, err := ogg.New(&b, []media.Track{track})
	if err != nil {
		return nil, err
	}
	for _, f := range frames {
		if err := w.WriteFrame(f); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return b.Bytes(), err
}

func TestHeaders(t *testing.T) {
	comment := `{"t": "a", "d": "` + strings.Repeat("x", 70000) + `"}` // more than one page
	head, tags, _ := packets(t, file(t, media.Track{
		Codec: "opus", Name: "front\x00 \xff desk", Comment: comment,
		Created: time.Date(2026, 11, 21, 1, 51, 36, 0, time.FixedZone("CET", 3600)),
	}))
	if got, want := hex.EncodeToString(head), "4f707573486561640102380180bb0000000000"; got != want {
		t.Errorf("got OpusHead %s, want %s", got, want)
	}
	var got []string
	rest, ok := bytes.CutPrefix(tags, []byte("OpusTags"))
	if !ok {
		t.Fatalf("got %q", tags[:8])
	}
	next := func() string {
		n := binary.LittleEndian.Uint32(rest)
		s := string(rest[4 : 4+n])
		rest = rest[4+n:]
		return s
	}
	vendor := next()
	count := binary.LittleEndian.Uint32(rest)
	rest = rest[4:]
	for range count {
		got = append(got, next())
	}
	want := []string{"DESCRIPTION=" + comment, "TITLE=front\ufffd \ufffd desk", "DATE=2026-11-21T00:51:36Z"}
	if vendor != "mjr" || !slices.Equal(got, want) || len(rest) != 0 {
		t.Errorf("got %q, %.100q, %d bytes behind", vendor, got, len(rest))
	}
	mono, _, _ := packets(t, file(t, media.Track{Codec: "opus", Channels: 1}))
	if mono[9] != 1 {
		t.Errorf("got %d channels, want 1", mono[9])
	}
}

// Pages hold about a second: the last packet of one is the last that ends in
// its second.
func TestPages(t *testing.T) {
	tracks, frames := load(t, "plain-vp9")
	all := pages(t, file(t, tracks[0], frames...))
	for i, p := range all[2:] {
		last := int64(len(frames)) * 960
		if want := min(int64(i+1)*48000, last); p.granule != want {
			t.Errorf("page %d: got granule position %d, want %d", i+2, p.granule, want)
		}
	}
	if got, want := len(all), 2+12; got != want {
		t.Errorf("got %d pages, want %d", got, want)
	}
}

// Packets of any size come back: one that ends with a page, one that does not,
// one of many pages.
func TestLargePackets(t *testing.T) {
	for _, size := range []int{254, 255, 256, 510, 255*255 - 1, 255 * 255, 255*255 + 1, 3 * 255 * 255} {
		large := padded(size)
		small := []byte{0xf8, 1, 2}
		var frames []media.Frame
		for i, d := range [][]byte{small, large, large, small} {
			frames = append(frames, media.Frame{PTS: time.Duration(i) * 20 * time.Millisecond, Data: d})
		}
		got := read(t, file(t, media.Track{Codec: "opus"}, frames...))
		if len(got) != len(frames) {
			t.Fatalf("%d bytes: got %d packets", size, len(got))
		}
		for i := range got {
			if !bytes.Equal(got[i].Data, frames[i].Data) || got[i].PTS != frames[i].PTS {
				t.Errorf("%d bytes: packet %d is another one", size, i)
			}
		}
	}
}

// padded is a packet of 20 ms with as much padding as it takes; RFC 6716,
// section 3.2.5.
func padded(size int) []byte {
	padding := size - 2 - 1 // TOC and count, one byte of audio
	b := []byte{0xf8 | 3, 0x40 | 1}
	for ; padding > 255; padding -= 255 { // a byte of 255 is 254 more behind
		b = append(b, 255)
	}
	b = append(b, byte(padding-1))
	b = append(b, 0x55)
	return append(b, make([]byte, size-len(b))...)
}
