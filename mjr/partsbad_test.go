package mjr_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// TestPartsThatAreNone: what does not belong is left out and named, and all
// else is read.
func TestPartsThatAreNone(t *testing.T) {
	rec := opus(t, 90)
	other := open(t, rec.file).Header.FirstFrame.Add(-time.Hour)
	for _, c := range []struct {
		name   string
		change func(p *stored)
		why    string // "" joins it
	}{
		{"nothing", func(*stored) {}, ""},
		{"other codec", func(p *stored) { p.header.Codec = "pcmu" }, `codec "pcmu", not "opus"`},
		{"other kind", func(p *stored) { p.header.Kind, p.header.Codec = mjr.Video, "vp8" }, "video, not audio"},
		{"flagged as encrypted", func(p *stored) { p.header.Encrypted = true }, "flags for end-to-end encryption"},
		{"flagged as PERC Lite", func(p *stored) { p.header.PERC = true }, "flags for end-to-end encryption"},
		{"other RED", func(p *stored) { p.header.REDType = 63 }, "RED payload type 63, not 0"},
		{"other medium", func(p *stored) { p.origin["mid"] = "1" }, `medium "1" "", not "0" ""`},
		{"simulcast layer", func(p *stored) { p.origin["rid"] = "h" }, `medium "0" "h", not "0" ""`},
		{"of another recording", func(p *stored) { p.origin["start"] = other.UnixMicro() }, "of a recording that began at"},
		{"first of another recording", func(p *stored) {
			delete(p.origin, "part")
			delete(p.origin, "start")
			p.header.FirstFrame = other
		}, "of a recording that began at"},
		{"number of the one before", func(p *stored) { p.origin["part"] = 2 }, "part 2 is there already"},
		{"began before the one before", func(p *stored) { p.header.FirstFrame = p.header.FirstFrame.Add(-time.Minute) }, "it began at"},
		{"began after centuries", func(p *stored) { p.header.FirstFrame = p.header.FirstFrame.AddDate(900, 0, 0) }, "it began at"},
		{"no member of ours", func(p *stored) { p.origin = nil }, `medium "" "", not "0" ""`},
		{"number of no part", func(p *stored) { p.origin["part"] = 1 << 40 }, ""}, // the name tells it
		{"number that is no number", func(p *stored) { p.origin["part"] = "3" }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := inParts(t, rec, 30, 50, 70)
			c.change(&all[2])
			got := drainParts(t, openParts(t, all), all)
			r := openParts(t, all)
			want, missing := 90, 0
			if c.why != "" {
				want, missing = 70, 1
			}
			drainParts(t, r, all)
			reports := r.Reports()
			if len(got) != want || reports[3].Missing != missing {
				t.Errorf("%d packets, %d parts missing before the last, want %d and %d", len(got), reports[3].Missing, want, missing)
			}
			left := reports[2].Left
			if c.why == "" && left != nil || c.why != "" && (!errors.Is(left, mjr.ErrOther) || !strings.Contains(left.Error(), c.why)) {
				t.Errorf("left out: %v, want %q", left, c.why)
			}
		})
	}
}

// TestPartsMissing counts the parts that are not there, in front as well.
func TestPartsMissing(t *testing.T) {
	all := inParts(t, opus(t, 90), 10, 20, 30, 40)
	all = []stored{all[1], all[4]}
	r := openParts(t, all)
	got := drainParts(t, r, all)
	if p := r.Reports(); p[0].Missing != 1 || p[1].Missing != 2 || len(got) != 60 {
		t.Errorf("%d packets, %+v", len(got), p)
	}
	if d := got[10].Arrival - got[0].Arrival; d != all[1].header.FirstFrame.Sub(all[0].header.FirstFrame) {
		t.Errorf("the last part begins %v after the first", d)
	}
	// One by itself knows, too.
	r = openParts(t, all[:1])
	if p := r.Reports()[0]; p.Number != 2 || p.Missing != 1 {
		t.Errorf("%+v, want part 2 without the first", p)
	}
}

// TestPartsDamaged reports on each file apart, and reads what can be read.
func TestPartsDamaged(t *testing.T) {
	all := inParts(t, opus(t, 90), 30, 60)
	all[0].tail = []byte("MEET\x00\x00")
	parts := []mjr.Part{all[0].part(t), {Name: partName(2), R: strings.NewReader("not a recording")}, all[2].part(t),
		{Name: partName(4), R: strings.NewReader("")}, {Name: partName(5), R: strings.NewReader("MJR00002")}}
	r, err := mjr.NewPartsReader(parts[0], parts[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	n, err := mjr.Copy(discard{}, r)
	p := r.Reports()
	if err != nil || n != 60 || len(p) != 5 {
		t.Fatalf("%d packets, %v, %+v", n, err, p)
	}
	if !p[0].Truncated || !errors.Is(p[1].Left, mjr.ErrNotMJR) || p[1].Number != 0 || p[2].Missing != 1 || !p[2].Whole() {
		t.Errorf("%+v", p)
	}
	for _, empty := range p[3:] {
		if empty.Left != nil || empty.Records != 0 || !empty.Whole() {
			t.Errorf("%+v, want an empty part", empty)
		}
	}
	// The first one is as good as any other.
	for _, parts := range [][]mjr.Part{
		{{Name: "x", R: strings.NewReader("not a recording")}, all[1].part(t)},
		{{Name: "x", R: strings.NewReader("")}, all[1].part(t)},
	} {
		r, err := mjr.NewPartsReader(parts[0], parts[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := mjr.Copy(discard{}, r); n != 30 || err != nil || r.Header.Codec != "opus" || r.Reports()[1].Missing != 1 {
			t.Errorf("%d packets, %v, %+v", n, err, r.Reports())
		}
	}
}

type discard struct{}

func (discard) WritePacket(mjr.Packet) error { return nil }

func TestPartsEmpty(t *testing.T) {
	r, err := mjr.NewPartsReader(mjr.Part{R: strings.NewReader("")}, mjr.Part{R: strings.NewReader("MJR00002")})
	if err != nil || !r.Empty() {
		t.Errorf("%v, empty %v", err, r.Empty())
	}
	_, err = mjr.NewPartsReader(mjr.Part{R: strings.NewReader("garbage")}, mjr.Part{R: strings.NewReader("garbage")})
	if !errors.Is(err, mjr.ErrNotMJR) {
		t.Errorf("%v, want ErrNotMJR", err)
	}
}

// TestPartsFail returns what reading returned, and tells of which part, again
// and again.
func TestPartsFail(t *testing.T) {
	all := inParts(t, opus(t, 90), 30, 60)
	for at, want := range map[int]int64{0: 30, 1000: 0} {
		middle := all[1].bytes(t)[:at]
		r, err := mjr.NewPartsReader(all[0].part(t), mjr.Part{R: io.MultiReader(bytes.NewReader(middle), iotest.ErrReader(errDisk))}, all[2].part(t))
		if err != nil {
			t.Fatal(err)
		}
		n, err := mjr.Copy(discard{}, r)
		_, again := r.ReadPacket()
		if !errors.Is(err, errDisk) || !errors.Is(again, errDisk) || r.Part() != 1 || n < 30 || want > 0 && n != want {
			t.Errorf("%d packets, %v, then %v, part %d", n, err, again, r.Part())
		}
	}
}
