package mediatest

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// Load takes the tracks and frames out of recordings of the second generation
// that are in clear, free of loss and not in RED: one track a file, in the
// order of the files. Frames come by time.
//
// It is deliberately a program of its own, so that a container's test does
// not hang on the rest of the toolkit being right.
func Load(t testing.TB, files ...string) ([]media.Track, []media.Frame) {
	t.Helper()
	var tracks []media.Track
	var frames []media.Frame
	var starts []time.Time
	for _, file := range files {
		h, packets := readRecording(t, file)
		starts = append(starts, time.UnixMicro(h.FirstFrame))
		codec, ok := mjr.LookupCodec(h.Codec)
		if !ok {
			t.Fatalf("mediatest: %s: codec %q", file, h.Codec)
		}
		track := media.Track{
			Kind: codec.Kind, Codec: codec.Name, ClockRate: codec.ClockRate,
			Channels: codec.Channels, Name: h.Description, Comment: h.raw,
		}
		own := assemble(t, codec, packets)
		for i := range own {
			own[i].Track = len(tracks)
		}
		track.FirstFrame = own[0].Data
		track.Width, track.Height = size(codec.Name, own[0].Data)
		tracks = append(tracks, track)
		frames = append(frames, own...)
	}
	zero := slices.MinFunc(starts, time.Time.Compare)
	for i := range frames {
		frames[i].PTS += starts[frames[i].Track].Sub(zero)
	}
	for i := range tracks {
		tracks[i].Created = zero
	}
	slices.SortStableFunc(frames, func(a, b media.Frame) int { return cmp.Compare(a.PTS, b.PTS) })
	return tracks, frames
}

type header struct {
	Codec       string `json:"c"`
	Description string `json:"d"`
	FirstFrame  int64  `json:"u"`
	raw         string
}

// packet is the part of an RTP packet that makes frames.
type packet struct {
	marker    bool
	seq       uint16
	timestamp uint32
	payload   []byte
}

// readRecording reads magic, header and records, and puts the packets in
// order; damage fails the test.
func readRecording(t testing.TB, file string) (header, []packet) {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := strings.CutPrefix(string(b), "MJR00002")
	if !ok || len(rest) < 2 {
		t.Fatalf("mediatest: %s: not a recording of the second generation", file)
	}
	n := int(binary.BigEndian.Uint16([]byte(rest)))
	h := header{raw: rest[2 : 2+n]}
	if err := json.Unmarshal([]byte(h.raw), &h); err != nil {
		t.Fatalf("mediatest: %s: %v", file, err)
	}
	var packets []packet
	for b = b[10+n:]; len(b) > 0; {
		if string(b[:4]) != "MEET" {
			t.Fatalf("mediatest: %s: no frame magic", file)
		}
		n := int(binary.BigEndian.Uint16(b[8:]))
		if p := parseRTP(b[10 : 10+n]); len(p.payload) > 0 {
			packets = append(packets, p)
		}
		b = b[10+n:]
	}
	first := packets[0].seq
	slices.SortStableFunc(packets, func(a, b packet) int {
		return int(int16(a.seq-first)) - int(int16(b.seq-first))
	})
	return h, packets
}

// parseRTP reads the fixed header, and steps over CSRCs, extensions and
// padding; RFC 3550, section 5.1.
func parseRTP(b []byte) packet {
	p := packet{
		marker:    b[1]&0x80 != 0,
		seq:       binary.BigEndian.Uint16(b[2:]),
		timestamp: binary.BigEndian.Uint32(b[4:]),
	}
	n := 12 + 4*int(b[0]&15)
	if b[0]&0x10 != 0 {
		n += 4 + 4*int(binary.BigEndian.Uint16(b[n+2:]))
	}
	end := len(b)
	if b[0]&0x20 != 0 {
		end -= int(b[end-1])
	}
	p.payload = b[n:end]
	return p
}
