package main

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// A recording can claim any time: one that JSON cannot tell keeps nothing else
// from being told.
func TestInfoJSONOfNoTime(t *testing.T) {
	for _, at := range []time.Time{time.UnixMicro(math.MaxInt64), time.UnixMicro(math.MinInt64), time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), {}} {
		own := `{"v":"mjr","start":9223372036854775807,"sr":[[9223372036854775807,1,1],[-9223372036854775808,2,2]]}`
		h := mjr.Header{
			Version: 2, Kind: mjr.Audio, Codec: "opus", Created: at, FirstFrame: at,
			Unknown: map[string]json.RawMessage{"mjr": json.RawMessage(own)},
		}
		b, err := json.Marshal(infoJSON(info{name: "call.mjr", header: h}))
		if err != nil {
			t.Errorf("%v: %v", at, err)
		}
		if got := string(b); !strings.Contains(got, `"codec":"opus"`) || strings.Contains(got, "first_frame") {
			t.Errorf("%v: %s", at, got)
		}
		m := &jsonMessages{First: instant(at), Last: instant(at)}
		if _, err := json.Marshal(m); err != nil {
			t.Errorf("messages at %v: %v", at, err)
		}
	}
	if at := time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC); instant(at) == nil {
		t.Errorf("%v is a time", at)
	}
}
