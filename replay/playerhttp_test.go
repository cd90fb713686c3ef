package replay

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/whip"
)

var badControls = map[string]string{
	"empty":                      ``,
	"no JSON":                    `paused=true`,
	"no object":                  `[true]`,
	"a second command":           `{"paused":true}{"paused":false}`,
	"cut":                        `{"paused":tr`,
	"unknown member":             `{"rewind":true}`,
	"member of another type":     `{"paused":"yes"}`,
	"position that is no number": `{"seek_s":NaN}`,
	"position without end":       `{"seek_s":1e999}`,
	"position as text":           `{"seek_s":"12"}`,
	"speed of zero":              `{"speed":0}`,
	"speed below the slowest":    `{"speed":-1}`,
	"speed above the fastest":    `{"speed":17}`,
	"key frame without a track":  `{"key_frame":{"rtp_timestamp":1}}`,
	"key frame without a time":   `{"key_frame":{"track":1}}`,
	"timestamp of 33 bits":       `{"key_frame":{"track":1,"rtp_timestamp":4294967296}}`,
	"negative timestamp":         `{"key_frame":{"track":1,"rtp_timestamp":-1}}`,
	"deep":                       strings.Repeat(`{"key_frame":`, 500),
}

func TestParseControlRefuses(t *testing.T) {
	for name, body := range badControls {
		_, err := parseControl([]byte(body))
		var told *whip.Error
		if !errors.As(err, &told) || told.Status != http.StatusBadRequest || strings.ContainsAny(told.Text, "\r\n") || len(told.Text) > 300 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var goodControls = []string{
	`{}`, `{"paused":true}`, `{"paused":false,"seek_s":12.5}`, `{"speed":2,"loop":true}`, " {\"seek_s\":-3}\n",
	`{"seek_s":1e300}`, `{"key_frame":{"track":1,"rtp_timestamp":4294967295}}`, `{"paused":null}`,
}

func FuzzParseControl(f *testing.F) {
	if len(goodControls) == 0 {
		f.Fatal("no seeds")
	}
	for _, s := range goodControls {
		if _, err := parseControl([]byte(s)); err != nil {
			f.Fatalf("%s: %v", s, err)
		}
		f.Add([]byte(s))
	}
	for _, s := range badControls {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		c, err := parseControl(body)
		if err != nil {
			return
		}
		if c.Speed != nil && checkSpeed(*c.Speed) != nil {
			t.Errorf("speed %v", *c.Speed)
		}
		if c.Seek != nil {
			const long = time.Hour
			if at := position(*c.Seek, long); at < 0 || at > long {
				t.Errorf("%v is at %v", *c.Seek, at)
			}
		}
		printed, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseControl(printed)
		if err != nil {
			t.Fatalf("%s: %v", printed, err)
		}
		if reprinted, _ := json.Marshal(again); string(reprinted) != string(printed) {
			t.Errorf("%s became %s", printed, reprinted)
		}
	})
}

func TestPosition(t *testing.T) {
	for seconds, want := range map[float64]time.Duration{
		-1: 0, 0: 0, 12.5: 12500 * time.Millisecond, 60: time.Minute, 61: time.Minute, 1e300: time.Minute, 5e-324: 0,
	} {
		if got := position(seconds, time.Minute); got != want {
			t.Errorf("%v: %v, want %v", seconds, got, want)
		}
	}
}

// A timeline cannot show more than so many holes.
func TestMerge(t *testing.T) {
	var all []Span
	for i := range 10 * fine {
		at := time.Duration(i) * 100 * time.Millisecond
		all = append(all, Span{at, at + 10*time.Millisecond, 2})
	}
	end := time.Duration(len(all)) * 100 * time.Millisecond
	few := merge(all, end)
	var packets int64
	for i, s := range few {
		packets += s.Packets
		if i > 0 && s.From < few[i-1].To {
			t.Fatalf("hole %d begins in the one before", i)
		}
	}
	if len(few) < fine/2 || len(few) > fine+1 || packets != int64(2*len(all)) || few[len(few)-1].To != all[len(all)-1].To {
		t.Errorf("%d holes with %d packets, up to %v", len(few), packets, few[len(few)-1].To)
	}
	if got := merge(all[:fine], end); len(got) != fine {
		t.Errorf("%d holes of %d", len(got), fine)
	}
}
