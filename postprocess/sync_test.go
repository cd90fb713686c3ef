package postprocess

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// call is a made session: both tracks sent by one clock, the audio delayed on
// its way to the recorder.
type call struct {
	delay        time.Duration // of audio
	audio, video string        // header member "sr"
}

// The sender's clock is not that of the recorder, and its tracks begin apart.
const (
	sentAudio = 946684800_000000 // µs
	sentVideo = sentAudio + 123457
	received  = 1700000000_000000
)

func (c call) inputs(t *testing.T) []Input {
	track := func(codec string, kind mjr.Kind, from int64, sr string, step uint32, size int) recording {
		r := recording{header: mjr.Header{
			Kind: kind, Codec: codec, Created: time.UnixMicro(received), FirstFrame: time.UnixMicro(from),
			Unknown: map[string]json.RawMessage{"mjr": json.RawMessage(fmt.Sprintf(`{"v":"mjr test","sr":[%s]}`, sr))},
		}}
		for i := range 100 {
			p := rtpPacket(uint16(i), uint32(i)*step-3*step, size) // wraps
			r.packets = append(r.packets, mjr.Packet{Data: p, Arrival: time.Duration(i) * 20 * time.Millisecond, HasArrival: true})
		}
		return r
	}
	audio := track("opus", mjr.Audio, received+c.delay.Microseconds(), c.audio, 960, 20)
	video := track("pcmu", mjr.Audio, received+sentVideo-sentAudio, c.video, 160, 160)
	return []Input{audio.input(t), video.input(t)}
}

func rtpPacket(seq uint16, ts uint32, size int) []byte {
	b := make([]byte, 12+size)
	b[0], b[1], b[2], b[3] = 0x80, 111, byte(seq>>8), byte(seq)
	b[4], b[5], b[6], b[7] = byte(ts>>24), byte(ts>>16), byte(ts>>8), byte(ts)
	b[12], b[13] = 0x78, byte(seq)
	return b
}

// report is one sender report of a track that began at some time of the
// sender's clock, made so much later.
func report(began int64, rate int64, step uint32, after, arrival time.Duration) string {
	ts := uint32(after.Milliseconds()*rate/1000) - 3*step
	return fmt.Sprintf("[%d,%d,%d]", began+after.Microseconds(), ts, arrival.Milliseconds())
}

// TestConvertSync: audio that came 300 ms late is put where its sender's clock
// says, to the tick; where sender reports cannot be right, where it came.
func TestConvertSync(t *testing.T) {
	const late = 300 * time.Millisecond
	audio := func(after, arrival time.Duration) string { return report(sentAudio, 48000, 960, after, arrival) }
	video := func(after, arrival time.Duration) string { return report(sentVideo, 8000, 160, after, arrival) }
	const s = time.Second
	for _, c := range []struct {
		name   string
		call   call
		offset time.Duration // of video against audio
		by     bool
		err    error
	}{
		{"no reports", call{late, "", ""}, 123457*time.Microsecond - late, false, stream.ErrNoReports},
		{"a report each", call{late, audio(s, s), video(2*s, 2*s)}, 123457 * time.Microsecond, true, nil},
		{"two each", call{late, audio(s, s) + "," + audio(50*s, 49*s), video(2*s, 2*s) + "," + video(40*s, 42*s)}, 123457 * time.Microsecond, true, nil},
		{"nothing late", call{0, audio(s, s), video(2*s, 2*s)}, 123457 * time.Microsecond, true, nil},
		{"audio alone has one", call{late, audio(s, s), ""}, 123457*time.Microsecond - late, false, nil},
		{"clock of another sender", call{late, audio(s, s), report(sentVideo+3600e6, 8000, 160, s, s)}, 123457*time.Microsecond - late, false, stream.ErrReports},
		{"further off than a call can be", call{late, audio(s, s), report(sentVideo+2800e3, 8000, 160, s, s)}, 123457*time.Microsecond - late, false, stream.ErrReports},
		{"timestamps of another sender", call{late, audio(s, s), report(sentVideo, 8000, 160, 100*s, s)}, 123457*time.Microsecond - late, false, nil},
		{"no clock", call{late, "[2085978496000000,0,1000]", "[2085978496000000,0,2000]"}, 123457*time.Microsecond - late, false, stream.ErrReports},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, rep, err := convert(t, c.call.inputs(t), Options{})
			if err != nil {
				t.Fatal(err)
			}
			first := make(map[int]time.Duration)
			for _, b := range got.blocks {
				if _, ok := first[b.Track]; !ok {
					first[b.Track] = b.PTS
				}
			}
			const tick = time.Second / 48000
			if d := first[1] - first[0]; !within(d, c.offset, tick) || min(first[0], first[1]) != 0 {
				t.Errorf("video begins %v behind audio, want %v", d, c.offset)
			}
			sync := rep.Tracks[0].Sync
			if sync.BySender != c.by || rep.Tracks[1].Sync.BySender != c.by || !errors.Is(sync.Err, c.err) {
				t.Errorf("%+v, want by the sender: %v, %v", sync, c.by, c.err)
			}
			if created := got.tracks[0].Created; c.by && !within(created.Sub(time.UnixMicro(received)), 0, tick) {
				t.Errorf("begins at %v, want %v", created, time.UnixMicro(received))
			}
		})
	}
}

// TestConvertSyncSenders: clocks of two participants are not compared.
func TestConvertSyncSenders(t *testing.T) {
	c := call{300 * time.Millisecond, report(sentAudio, 48000, 960, 0, 0), report(sentVideo, 8000, 160, 0, 0)}
	in := c.inputs(t)
	in[0].Sender, in[1].Sender = "alice", "bob"
	_, rep, err := convert(t, in, Options{})
	if err != nil || rep.Tracks[0].Sync.BySender || rep.Tracks[0].Offset-rep.Tracks[1].Offset != 300*time.Millisecond-123457*time.Microsecond {
		t.Errorf("%v, %+v, %+v", err, rep.Tracks[0].Sync, rep.Tracks[1].Sync)
	}
}
