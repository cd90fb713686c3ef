package stream_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// reported is a header with sender reports: µs of the sender's clock, RTP
// timestamp, ms of arrival.
func reported(reports ...[3]int64) mjr.Header {
	raw, err := json.Marshal(map[string]any{"v": "mjr test", "sr": reports})
	if err != nil {
		panic(err) // numbers always can
	}
	return mjr.Header{Unknown: map[string]json.RawMessage{"mjr": raw}}
}

const (
	someday = 1700000000_000000 // µs
	ntpZero = 2085978496_000000 // what the recorder makes of an NTP time of 0
)

// TestSent: time 0 is one second and 48,000 ticks before the first report,
// whatever wraps.
func TestSent(t *testing.T) {
	want := time.UnixMicro(someday)
	for _, c := range []struct {
		name    string
		start   uint32
		reports [][3]int64
		refused bool
	}{
		{"one report", 7, [][3]int64{{someday + 1e6, 48007, 1100}}, false},
		{"two reports", 7, [][3]int64{{someday + 1e6, 48007, 1100}, {someday + 60e6, 60*48000 + 7, 60000}}, false},
		{"timestamp that wrapped", math.MaxUint32, [][3]int64{{someday + 1e6, 47999, 1100}}, false},
		{"first packet after the report", 48000, [][3]int64{{someday - 1e6, 0, -950}}, false},
		{"report of days ago, as in a late part", 0, [][3]int64{{someday - 864000e6, (1<<32*97 - 864000*48000) % (1 << 32), -864000e3 + 50}}, false},
		{"report after days", 0, [][3]int64{{someday + 864000e6, 864000 * 48000 % (1 << 32), 864000e3}}, false},
		{"clocks of the sender that drift", 0, [][3]int64{{someday, 0, 0}, {someday + 3600e6, 3600*48000 + 48000*5, 3600e3}}, false},

		{"clock that the sender has not", 7, [][3]int64{{ntpZero, 48007, 1100}}, true},
		{"clock that the sender lost", 7, [][3]int64{{someday + 1e6, 48007, 1100}, {ntpZero, 96007, 2100}}, true},
		{"timestamp of another sender", 7, [][3]int64{{someday + 1e6, 4000000007, 1100}}, true},
		{"timestamp 0", 4000000000, [][3]int64{{someday + 1e6, 0, 1100}}, true},
		{"arrival that lies", 7, [][3]int64{{someday + 1e6, 48007, 9100}}, true},
		{"clock that jumped ahead", 7, [][3]int64{{someday + 1e6, 48007, 1100}, {someday + 3600e6, 60*48000 + 7, 60000}}, true},
		{"clock that jumped back", 7, [][3]int64{{someday + 1e6, 48007, 1100}, {someday - 3600e6, 60*48000 + 7, 60000}}, true},
		{"timestamps that began anew", 7, [][3]int64{{someday + 1e6, 48007, 1100}, {someday + 60e6, 123456789, 60000}}, true},
		{"arrivals at both ends", 7, [][3]int64{{someday + 1e6, 48007, -1 << 40}, {someday + 60e6, 7, 1 << 40}}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := stream.Sent(reported(c.reports...), 48000, c.start)
			if c.refused {
				if !errors.Is(err, stream.ErrReports) || !got.IsZero() {
					t.Errorf("%v, %v, want ErrReports", got, err)
				}
				return
			}
			if err != nil || !got.Equal(want) {
				t.Errorf("%v, %v, want %v", got, err, want)
			}
		})
	}
	if _, err := stream.Sent(mjr.Header{}, 48000, 0); !errors.Is(err, stream.ErrNoReports) {
		t.Errorf("%v, want ErrNoReports", err)
	}
	if _, err := stream.Sent(reported([3]int64{someday, 0, 0}), 0, 0); !errors.Is(err, stream.ErrNoReports) {
		t.Errorf("without a clock rate: %v, want ErrNoReports", err)
	}
}

// TestAlign moves what came late, never by more than Skew, and nothing that
// has no second track to be moved against.
func TestAlign(t *testing.T) {
	at := func(received, sent time.Duration) stream.Start {
		t := time.UnixMicro(someday)
		return stream.Start{Received: t.Add(received), Sent: t.Add(sent - 87*time.Hour)} // another time zone, and no NTP
	}
	never := stream.Start{Received: time.UnixMicro(someday)}
	const ms = time.Millisecond
	for _, c := range []struct {
		name    string
		starts  []stream.Start
		early   []time.Duration
		used    string
		refused bool
	}{
		{"nothing", nil, nil, "[]", false},
		{"one track", []stream.Start{at(0, 0)}, []time.Duration{0}, "[false]", false},
		{"audio 300 ms late", []stream.Start{at(320*ms, 0), at(50*ms, 30*ms)}, []time.Duration{300 * ms, 0}, "[true true]", false},
		{"video 300 ms late", []stream.Start{at(20*ms, 0), at(350*ms, 30*ms)}, []time.Duration{0, 300 * ms}, "[true true]", false},
		{"one without reports", []stream.Start{at(320*ms, 0), never, at(50*ms, 30*ms)}, []time.Duration{300 * ms, 0, 0}, "[true false true]", false},
		{"one with reports alone", []stream.Start{at(320*ms, 0), never}, []time.Duration{0, 0}, "[false false]", false},
		{"none knows when it was received", []stream.Start{{Sent: time.UnixMicro(1)}, {Sent: time.UnixMicro(9)}}, []time.Duration{0, 0}, "[false false]", false},
		{"as far as it goes", []stream.Start{at(3*time.Second, 0), at(0, 0)}, []time.Duration{3 * time.Second, 0}, "[true true]", false},
		{"further", []stream.Start{at(3*time.Second+1, 0), at(0, 0)}, []time.Duration{0, 0}, "[false false]", true},
		{"further, together", []stream.Start{at(0, 0), at(2*time.Second, 0), at(0, 2*time.Second)}, []time.Duration{0, 0, 0}, "[false false false]", true},
		{"years off", []stream.Start{at(0, 0), at(0, 50*365*24*time.Hour)}, []time.Duration{0, 0}, "[false false]", true},
		{"ends of time", []stream.Start{{time.UnixMicro(math.MaxInt64), time.UnixMicro(math.MinInt64)}, {time.UnixMicro(math.MinInt64), time.UnixMicro(math.MaxInt64)}},
			[]time.Duration{0, 0}, "[false false]", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			early, used, err := stream.Align(c.starts)
			if fmt.Sprint(early) != fmt.Sprint(c.early) || fmt.Sprint(used) != c.used || errors.Is(err, stream.ErrReports) != c.refused {
				t.Errorf("%v %v %v, want %v %v", early, used, err, c.early, c.used)
			}
		})
	}
}

// FuzzAlign: whatever two headers say, no track moves by more than Skew, and
// one of them not at all.
func FuzzAlign(f *testing.F) {
	f.Add(int64(someday), int64(0), int64(0), int64(someday), int64(0), int64(300), int64(someday))
	f.Add(int64(someday), int64(48000), int64(1000), int64(someday+1e6), int64(1), int64(-1), int64(math.MaxInt64))
	f.Add(int64(math.MinInt64), int64(48000), int64(1000), int64(ntpZero), int64(1), int64(-1), int64(math.MinInt64))
	f.Fuzz(func(t *testing.T, c1, r1, a1, c2, r2, a2, u int64) {
		starts := []stream.Start{{Received: time.UnixMicro(someday)}, {Received: time.UnixMicro(u)}}
		starts[0].Sent, _ = stream.Sent(reported([3]int64{c1, r1, a1}), 48000, 0)
		starts[1].Sent, _ = stream.Sent(reported([3]int64{c2, r2, a2}, [3]int64{c1, r1, a1}), 90000, uint32(r1))
		early, used, err := stream.Align(starts)
		if used[0] != used[1] || err != nil && used[0] {
			t.Errorf("used %v, %v", used, err)
		}
		if min(early[0], early[1]) != 0 || max(early[0], early[1]) > stream.Skew {
			t.Errorf("moved by %v", early)
		}
	})
}
