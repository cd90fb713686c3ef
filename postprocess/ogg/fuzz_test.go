package ogg_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/postprocess/media"
)

// Whatever packets come, at whatever times: a file without an error has them
// all, in order, and its samples add up.
func FuzzWriter(f *testing.F) {
	seeds := 0
	for _, recording := range []string{"plain-opus-dtx", "plain-vp8-loss"} {
		_, frames := load(f, recording)
		var b []byte
		last := frames[100].PTS
		for _, frame := range frames[100:110] {
			step := (frame.PTS - last) / (100 * us)
			last = frame.PTS
			data := frame.Data[:min(len(frame.Data), 255)]
			b = binary.BigEndian.AppendUint16(b, uint16(step))
			b = append(append(b, byte(len(data))), data...)
		}
		f.Add(b)
		seeds++
	}
	if seeds == 0 {
		f.Fatal("nothing to begin with")
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		// Each frame: a step in time of 0.1 ms, signed, its length, its bytes.
		var frames []media.Frame
		var pts time.Duration
		for len(b) >= 3 && len(frames) < 200 {
			pts += time.Duration(int16(binary.BigEndian.Uint16(b))) * 100 * us
			n := min(int(b[2]), len(b)-3)
			frames = append(frames, media.Frame{PTS: pts, Data: b[3 : 3+n]})
			b = b[3+n:]
		}
		out, err := tryFile(opus, frames...)
		if err != nil {
			return
		}
		_, _, all := packets(t, out)
		var want []packet
		for _, p := range all {
			if len(frames) > 0 && bytes.Equal(p.data, frames[0].Data) {
				frames = frames[1:]
			} else if !p.filler() {
				want = append(want, p)
			}
		}
		if len(frames) > 0 || len(want) > 0 {
			t.Errorf("%d frames missing, %d from nowhere", len(frames), len(want))
		}
	})
}
