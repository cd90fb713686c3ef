package webm_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/at-wat/ebml-go"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// file is a whole file as the EBML module reads it.
type file struct {
	EBML struct {
		EBMLDocType            string
		EBMLDocTypeVersion     uint64
		EBMLDocTypeReadVersion uint64
	}
	Segment struct {
		SeekHead struct {
			Seek []struct {
				SeekID       []byte
				SeekPosition uint64
			}
		}
		Info struct {
			TimecodeScale         uint64
			MuxingApp, WritingApp string
			DateUTC               time.Time
			Duration              float64
		}
		Tracks struct {
			TrackEntry []entry
		}
		Tags struct {
			Tag []struct {
				Targets   struct{ TagTrackUID uint64 }
				SimpleTag struct{ TagName, TagString string }
			}
		}
		Cluster []struct {
			Timecode    uint64
			SimpleBlock []ebml.Block
		}
		Cues struct {
			CuePoint []struct {
				CueTime           uint64
				CueTrackPositions struct{ CueTrack, CueClusterPosition uint64 }
			}
		}
	}
}

type entry struct {
	TrackNumber, TrackUID, TrackType, FlagLacing uint64
	Name, Language, CodecID                      string
	CodecPrivate                                 []byte
	CodecDelay, SeekPreRoll                      uint64
	Video                                        struct{ PixelWidth, PixelHeight uint64 }
	Audio                                        struct {
		SamplingFrequency  float64
		Channels, BitDepth uint64
	}
}

func parse(t testing.TB, b []byte) *file {
	t.Helper()
	f := &file{}
	if err := ebml.Unmarshal(bytes.NewReader(b), f); err != nil {
		t.Fatalf("not EBML: %v", err)
	}
	return f
}

// read is the reader of the kit: blocks as frames, H.264 as Annex B and AV1
// with its delimiter again.
func read(t testing.TB, b []byte) []media.Frame {
	t.Helper()
	f := parse(t, b)
	checkPlaces(t, f, b)
	var frames []media.Frame
	for _, c := range f.Segment.Cluster {
		if len(c.SimpleBlock) == 0 {
			t.Error("cluster without a block")
		}
		for _, block := range c.SimpleBlock {
			if block.Lacing != ebml.LacingNo || len(block.Data) != 1 {
				t.Fatalf("lacing %v, %d frames in a block", block.Lacing, len(block.Data))
			}
			track := int(block.TrackNumber) - 1
			data := block.Data[0]
			switch f.Segment.Tracks.TrackEntry[track].CodecID {
			case "V_MPEG4/ISO/AVC":
				data = startCodes(t, data)
			case "V_AV1":
				data = append([]byte{0x12, 0}, data...)
			}
			frames = append(frames, media.Frame{
				Track: track,
				PTS:   time.Duration(int64(c.Timecode)+int64(block.Timecode)) * time.Millisecond,
				Key:   block.Keyframe,
				Data:  data,
			})
		}
	}
	return frames
}

// checkPlaces looks at every place that the seek head and the cues tell.
func checkPlaces(t testing.TB, f *file, b []byte) {
	t.Helper()
	id := []byte{0x18, 0x53, 0x80, 0x67} // Segment
	data := b[bytes.Index(b, id)+4+8:]
	if size := binary.BigEndian.Uint64(b[len(b)-len(data)-8:]); size != 1<<56-1|1<<56 && size != 1<<56|uint64(len(data)) {
		t.Errorf("segment of size %#x, and %d bytes follow", size, len(data))
	}
	at := func(pos uint64, id []byte) {
		if pos >= uint64(len(data)) || !bytes.HasPrefix(data[pos:], id) {
			t.Errorf("no %x at %d", id, pos)
		}
	}
	for _, s := range f.Segment.SeekHead.Seek {
		at(s.SeekPosition, s.SeekID)
	}
	for _, c := range f.Segment.Cues.CuePoint {
		at(c.CueTrackPositions.CueClusterPosition, []byte{0x1f, 0x43, 0xb6, 0x75})
	}
}

// startCodes puts start codes of four bytes where lengths were.
func startCodes(t testing.TB, b []byte) []byte {
	t.Helper()
	var out []byte
	for len(b) > 0 {
		n := int(binary.BigEndian.Uint32(b))
		if n == 0 || n > len(b)-4 {
			t.Fatalf("NAL unit of %d bytes in %d", n, len(b)-4)
		}
		out = append(append(out, 0, 0, 0, 1), b[4:4+n]...)
		b = b[4+n:]
	}
	return out
}
