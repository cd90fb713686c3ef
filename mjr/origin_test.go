package mjr_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

func TestOrigin(t *testing.T) {
	start := time.UnixMicro(1700000000123456).UTC()
	report := func(us int64, rtp uint32, ms int64) mjr.SenderReport {
		return mjr.SenderReport{Clock: time.UnixMicro(us).UTC(), Timestamp: rtp, Arrival: time.Duration(ms) * time.Millisecond}
	}
	one := []mjr.SenderReport{report(1700000001000000, 1<<32-1, 1000)}
	for _, c := range []struct {
		name, member string
		want         mjr.Origin
	}{
		{"none", "", mjr.Origin{}},
		{"no object", `[1]`, mjr.Origin{}},
		{"null", `null`, mjr.Origin{}},
		{"all of it", `{"v":"mjr 1","mid":"0","rid":"h","part":3,"start":1700000000123456,"sr":[[1700000001000000,4294967295,1000],[1700000002000000,5,-2000]      ]}`,
			mjr.Origin{Software: "mjr 1", MID: "0", RID: "h", Part: 3, Start: start, Reports: append(one, report(1700000002000000, 5, -2000))}},
		{"no reports yet", `{"v":"mjr","sr":[]}`, mjr.Origin{Software: "mjr"}},
		{"first part that says so", `{"part":1}`, mjr.Origin{}},
		{"part below 0", `{"part":-3}`, mjr.Origin{}},
		{"part beyond all", `{"part":1048577}`, mjr.Origin{}},
		{"part of a wrong type", `{"part":"2","mid":"0"}`, mjr.Origin{MID: "0"}},
		{"part beyond 64 bits", `{"part":1e30}`, mjr.Origin{}},
		{"start of a wrong type", `{"start":{}}`, mjr.Origin{}},
		{"more reports than two", `{"sr":[[1700000001000000,4294967295,1000],[1,2],[1,2,3]]}`, mjr.Origin{Reports: one}},
		{"report cut short", `{"sr":[[1700000001000000,4294967295,1000],[1700000002000000,5]]}`, mjr.Origin{Reports: one}},
		{"report too long", `{"sr":[[1700000001000000,4294967295,1000,4]]}`, mjr.Origin{}},
		{"clock beyond NTP", `{"sr":[[9223372036854775807,5,1000]]}`, mjr.Origin{}},
		{"clock before NTP", `{"sr":[[-9223372036854775808,5,1000]]}`, mjr.Origin{}},
		{"timestamp beyond 32 bits", `{"sr":[[1700000001000000,4294967296,1000]]}`, mjr.Origin{}},
		{"timestamp below 0", `{"sr":[[1700000001000000,-1,1000]]}`, mjr.Origin{}},
		{"arrival beyond a life", `{"sr":[[1700000001000000,5,9223372036854775807]]}`, mjr.Origin{}},
		{"arrival before a life", `{"sr":[[1700000001000000,5,-9223372036854775808]]}`, mjr.Origin{}},
		{"reports that are fractions", `{"sr":[[1700000001000000.5,5,1000]]}`, mjr.Origin{}},
		{"reports that are text", `{"sr":"[[1700000001000000,5,1000]]"}`, mjr.Origin{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var h mjr.Header
			if c.member != "" {
				h.Unknown = map[string]json.RawMessage{"mjr": json.RawMessage(c.member)}
			}
			if got := h.Origin(); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// FuzzOrigin: whatever the member says, what comes out can be counted with.
func FuzzOrigin(f *testing.F) {
	f.Add([]byte(`{"v":"mjr 1","mid":"0","rid":"h","part":3,"start":1700000000123456,"sr":[[1700000001000000,4294967295,1000],[1700000002000000,5,-2000]]}`))
	f.Add([]byte(`{"part":1e30,"sr":[[0,0,0]]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		h := mjr.Header{Unknown: map[string]json.RawMessage{"mjr": b}}
		o := h.Origin()
		if o.Part < 0 || o.Part == 1 || o.Part > 1<<20 || len(o.Reports) > 2 {
			t.Errorf("%+v", o)
		}
		for _, r := range o.Reports {
			if y := r.Clock.Year(); y < 1968 || y > 2104 || r.Arrival.Abs() > 35*366*24*time.Hour {
				t.Errorf("%+v", r)
			}
		}
	})
}
