package media

import (
	"testing"
	"time"
)

func TestSequence(t *testing.T) {
	s := Sequence{Tracks: 2}
	data := []byte{1}
	for _, tt := range []struct {
		sin   string
		frame Frame
		ok    bool
	}{
		{"", Frame{Data: data}, true},
		{"", Frame{Track: 1, PTS: 20 * time.Second, Duration: time.Second, Data: data}, true},
		{"back as far as may be", Frame{PTS: 10 * time.Second, Data: data}, true},
		{"back too far", Frame{PTS: 10*time.Second - 1, Data: data}, false},
		{"time below zero", Frame{PTS: -1, Data: data}, false},
		{"duration below zero", Frame{PTS: 20 * time.Second, Duration: -1, Data: data}, false},
		{"end beyond time", Frame{PTS: 1<<63 - 1, Duration: 1, Data: data}, false},
		{"no data", Frame{PTS: 20 * time.Second}, false},
		{"track below zero", Frame{Track: -1, PTS: 20 * time.Second, Data: data}, false},
		{"no such track", Frame{Track: 2, PTS: 20 * time.Second, Data: data}, false},
		{"", Frame{PTS: 20 * time.Second, Data: data}, true},
	} {
		if err := s.Next(tt.frame); (err == nil) != tt.ok {
			t.Errorf("%s: got %v", tt.sin, err)
		}
	}
	if s.Latest != 20*time.Second || s.End != 21*time.Second {
		t.Errorf("got latest %v, end %v, want 20s, 21s", s.Latest, s.End)
	}
}
