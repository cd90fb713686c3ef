package replay

import (
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
)

// After a long burst several frames are due before what was already sent. Each
// gets a timestamp of its own.
func TestStampBehindBurst(t *testing.T) {
	tr := &track{rec: &Recording{Codec: mjr.Codec{ClockRate: 90000}}, video: true, rush: 2, squeeze: true}
	tr.line = line{speed: 1, out: 1000, top: 5000, floor: 5001}
	want := []int64{5001, 5002, 5003, 5003, 5004, 5005, 7000}
	for i, e := range []entry{
		{flags: starts}, {flags: starts}, // the burst
		{time: 0, flags: starts}, {time: 0}, {time: 30, flags: starts}, {time: 60, flags: starts},
		{time: 6000, flags: starts},
	} {
		tr.next = i
		if got := tr.stamp(&e); got != want[i] {
			t.Errorf("packet %d: timestamp %d, want %d", i, got, want[i])
		}
	}
}

func TestCounter(t *testing.T) {
	var c counter
	for i, s := range []struct {
		source, mask uint16
		jump         bool
		want         uint16
	}{
		{126, 0x7F, true, 126},
		{127, 0x7F, false, 127},
		{0, 0x7F, false, 0},
		{0, 0x7F, false, 0},
		{50, 0x7F, true, 1}, // a jump goes on by one
		{50, 0x7F, false, 1},
		{53, 0x7F, false, 4}, // steps of the source stay
		{0, 0x7F, true, 5},
	} {
		if got := c.next(s.source, s.mask, s.jump); got != s.want {
			t.Errorf("%d: number %d, want %d", i, got, s.want)
		}
	}
}
