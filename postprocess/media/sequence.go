package media

import (
	"fmt"
	"time"
)

// MaxBackstep is how far a frame's PTS may lie before the latest one written:
// B-frames do, and tracks whose clocks are a little apart. It leaves room for
// containers that store times relative to each other.
const MaxBackstep = 10 * time.Second

// Sequence is for writers: it finds frames that cannot be right, and would
// make a file that is wrong.
type Sequence struct {
	Tracks int           // how many there are
	Latest time.Duration // PTS of the frames so far
	End    time.Duration // the latest PTS and duration of the frames so far
}

// Next checks the next frame. A frame that it refuses is not counted.
func (s *Sequence) Next(f Frame) error {
	switch end := f.PTS + f.Duration; {
	case f.Track < 0 || f.Track >= s.Tracks:
		return fmt.Errorf("frame of track %d, but there are %d tracks", f.Track, s.Tracks)
	case len(f.Data) == 0:
		return fmt.Errorf("frame without data at %v", f.PTS)
	case f.PTS < 0 || f.Duration < 0 || end < 0:
		return fmt.Errorf("frame with time %v, duration %v", f.PTS, f.Duration)
	case f.PTS < s.Latest-MaxBackstep:
		return fmt.Errorf("frame at %v comes after one at %v", f.PTS, s.Latest)
	default:
		s.Latest = max(s.Latest, f.PTS)
		s.End = max(s.End, end)
		return nil
	}
}
