package postprocess

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// frames is a stage in memory. It uses one buffer for all frames, as the real
// one does.
type frames struct {
	all []string
	buf []byte
	n   int64
}

func (s *frames) readFrame() (frame, error) {
	if len(s.all) == 0 {
		return frame{}, io.EOF
	}
	scribble(s.buf)
	data, lost := strings.CutPrefix(s.all[0], "!") // the stage before lost something
	s.buf = append(s.buf[:0], data...)
	s.all = s.all[1:]
	s.n++
	return frame{data: s.buf, time: s.n, lost: lost}, nil
}

func scribble(b []byte) {
	for i := range b[:cap(b)] {
		b[:cap(b)][i] = '#'
	}
}

// scripted answers what the frames say, by their first letter: o opens, a is
// not authentic, f is not of the scheme, c is in clear, n has no key, h waits
// for one that H brings, s for one that r brings when it is tried again.
type scripted struct {
	adopted bool
	second  bool
	tried   map[string]bool
	opens   int
}

func (s *scripted) Open(dst, data []byte, m decrypt.Meta) (decrypt.Result, error) {
	s.opens++
	before := string(data)
	scribble(dst[len(dst):cap(dst)]) // an Opener may use all of it
	if string(data) != before {
		panic("opened in place")
	}
	res := decrypt.Result{Plain: dst}
	again := s.tried[before]
	if s.tried == nil {
		s.tried = make(map[string]bool)
	}
	s.tried[before] = true
	switch before[0] {
	case 'a':
		return res, decrypt.ErrAuth
	case 'f':
		return res, fmt.Errorf("of two bytes: %w", decrypt.ErrFormat)
	case 'c':
		return res, decrypt.ErrClear
	case 'n':
		var id uint64
		fmt.Sscan(before[1:], &id)
		return res, &decrypt.NoKeyError{Scheme: "script", ID: id}
	case 'x':
		return res, errors.New("something else")
	case 'r':
		if !again {
			return res, decrypt.ErrHold
		}
		s.second, res.Adopted = true, true
	case 's':
		if !s.second {
			return res, decrypt.ErrHold
		}
	case 'h':
		if !s.adopted {
			return res, decrypt.ErrHold
		}
	case 'H':
		s.adopted, res.Adopted = true, true
	}
	res.Plain = append(dst, before[1:]...)
	res.Scheme, res.Key = "script", "k"
	return res, nil
}

// opened is what comes out of the frames of in, "!" where something is missing
// before.
func opened(t *testing.T, in []string, clear ClearPolicy) (string, *FrameReport) {
	t.Helper()
	report := &FrameReport{Begun: int64(len(in))}
	o := &opener{src: &frames{all: in}, o: new(scripted), seen: new(decrypt.Seen), clear: clear, rate: 1, report: report}
	var out []string
	for {
		f, err := o.readFrame()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		lost := ""
		if f.lost {
			lost = "!"
		}
		out = append(out, lost+string(f.data))
		report.Written++
	}
	if report.Begun != report.accounted() {
		t.Errorf("%d frames begun, %d accounted for: %+v", report.Begun, report.accounted(), report)
	}
	if report.Opened+report.ClearKept != report.Written {
		t.Errorf("%d opened, %d clear, %d came out", report.Opened, report.ClearKept, report.Written)
	}
	return strings.Join(out, " "), report
}

func TestOpen(t *testing.T) {
	for _, c := range []struct{ sin, in, want, counts string }{
		{"none", "o1 o2 o3", "1 2 3", ""},
		{"not authentic", "o1 a2 o3", "1 !3", "auth 1"},
		{"not of the scheme", "f1 o2", "!2", "malformed 1"},
		{"in clear", "o1 c2 o3", "1 !3", "clear 1"},
		{"no key", "n5 n6 n5 o1", "!1", "5:2 6:1"},
		{"an answer that is none", "x1 o2", "!2", "malformed 1"},
		{"held, and then found", "h1 h2 H3 h4", "1 2 3 4", ""},
		{"held, and others open meanwhile", "o1 h2 o3 o4 H5 o6", "1 2 3 4 5 6", ""},
		{"held for ever", "o1 h2 o3 h4 o5", "1 !3 !5", "auth 2"},
		{"held to the end, and opens there", "r1 o2", "1 2", ""},
		{"fails behind a held one", "h1 a2 H3", "1 !3", "auth 1"},
		{"last frames held", "o1 h2 h3", "1", "auth 2"},
	} {
		t.Run(c.sin, func(t *testing.T) {
			got, r := opened(t, strings.Fields(c.in), ClearDrop)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if counts := countsOf(r); counts != c.counts {
				t.Errorf("counted %q, want %q", counts, c.counts)
			}
		})
	}
}

// A held frame may bring the key for those before it.
func TestOpenRetriesUntilNothingIsNew(t *testing.T) {
	src := &frames{all: strings.Fields("s1 r2 h3 H4 o5")}
	o := &opener{src: src, o: new(scripted), seen: new(decrypt.Seen), rate: 1, report: new(FrameReport)}
	for n, want := range []string{"1", "2", "3", "4"} {
		f, err := o.readFrame()
		if err != nil || string(f.data) != want {
			t.Fatalf("frame %d: got %q, %v", n, f.data, err)
		}
	}
	if len(src.all) != 1 {
		t.Errorf("%d frames left, want 1: they came out at the end only", len(src.all))
	}
}

func countsOf(r *FrameReport) string {
	var s []string
	for _, c := range []struct {
		name string
		n    int64
	}{{"auth", r.NotAuth}, {"malformed", r.Malformed}, {"clear", r.Clear}, {"5:", r.NoKey[5]}, {"6:", r.NoKey[6]}, {"kept", r.ClearKept}} {
		if c.n > 0 {
			s = append(s, strings.ReplaceAll(fmt.Sprint(c.name, " ", c.n), ": ", ":"))
		}
	}
	return strings.Join(s, " ")
}

func TestOpenClear(t *testing.T) {
	for _, c := range []struct {
		sin, in, want, counts string
		clear                 ClearPolicy
	}{
		{"dropped", "f1 c2 o3", "!3", "malformed 1 clear 1", ClearDrop},
		{"before the first that opens", "f1 c2 o3", "f1 c2 3", "kept 2", ClearBefore},
		{"after it", "o1 f2 c3 o4", "1 !4", "malformed 1 clear 1", ClearBefore},
		{"not authentic is not clear", "a1 f2 o3", "!f2 3", "auth 1 kept 1", ClearBefore},
		{"without a key is not clear", "n5 f2 o3", "!f2 3", "5:1 kept 1", ClearBefore},
		{"behind one that is held", "h1 f2 H3", "1 !3", "malformed 1", ClearBefore},
		{"before one that is held", "f1 h2 f3 H4", "f1 2 !4", "malformed 1 kept 1", ClearBefore},
		{"behind one held for ever", "h1 f2", "!f2", "auth 1 kept 1", ClearBefore},
		{"wholly clear, as if of the scheme", "f1 a2 n5 c4 h5 f6", "f1 a2 n5 c4 h5 f6", "kept 6", ClearAll},
		{"not wholly clear", "f1 a2 o3 f4 a5", "f1 a2 3", "auth 1 malformed 1 kept 2", ClearAll},
	} {
		t.Run(c.sin, func(t *testing.T) {
			got, r := opened(t, strings.Fields(c.in), c.clear)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if counts := countsOf(r); counts != c.counts {
				t.Errorf("counted %q, want %q", counts, c.counts)
			}
		})
	}
}

func TestOpenHoldsSoMany(t *testing.T) {
	var in []string
	for n := range maxHeld + 10 {
		in = append(in, fmt.Sprint("h", n))
	}
	in = append(in, "H-")
	got, r := opened(t, in, ClearDrop)
	// The one that brings the key is held, too, when it comes.
	if r.NotAuth != 10 || r.Written != maxHeld+1 || !strings.HasPrefix(got, "!10 11 ") {
		t.Errorf("%d given up, %d came out: %.20s", r.NotAuth, r.Written, got)
	}
}

func TestOpenHoldsSoManyBytes(t *testing.T) {
	big := strings.Repeat("y", maxHeldBytes/4)
	got, r := opened(t, []string{"h1" + big, "h2" + big, "h3" + big, "h4" + big, "H5"}, ClearDrop)
	if r.NotAuth != 1 || r.Written != 4 || got[:2] != "!2" {
		t.Errorf("%d given up, %d came out", r.NotAuth, r.Written)
	}
}

func TestOpenCountsSoManyIDs(t *testing.T) {
	var in []string
	for n := range 3 * MaxIDs {
		in = append(in, fmt.Sprint("n", n), "n1")
	}
	_, r := opened(t, in, ClearDrop)
	if len(r.NoKey) != MaxIDs || r.NoKey[1] != 3*MaxIDs+1 || r.NoKeyMore != 2*MaxIDs {
		t.Errorf("%d ids, %d times 1, %d more", len(r.NoKey), r.NoKey[1], r.NoKeyMore)
	}
}

// keyed opens under the key that the frame names.
type keyed struct{}

func (keyed) Open(dst, data []byte, _ decrypt.Meta) (decrypt.Result, error) {
	return decrypt.Result{Plain: append(dst, data...), Key: string(data[:1]), Step: int(data[1] - '0'), Signature: decrypt.Verified, ClearDiffers: data[1] == '1'}, nil
}

func TestOpenSpans(t *testing.T) {
	report := new(FrameReport)
	o := &opener{src: &frames{all: strings.Fields("a0 a0 a1 b0 b0 b0 a1")}, o: keyed{}, seen: new(decrypt.Seen), rate: 1, report: report}
	for {
		if _, err := o.readFrame(); err != nil {
			break
		}
	}
	want := "[{false a 0 0 1s 2s 2} {false a 0 1 3s 3s 1} {false b 0 0 4s 6s 3} {false a 0 1 7s 7s 1}]"
	if got := fmt.Sprint(report.Spans); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if report.Keys["a"] != 4 || report.Keys["b"] != 3 || report.MaxStep != 1 || report.Signatures.Verified != 7 || report.ClearDiffers != 2 {
		t.Errorf("%+v", report)
	}
}

// signed opens frames that say the state of their signature.
type signed struct{}

func (signed) Open(dst, data []byte, _ decrypt.Meta) (decrypt.Result, error) {
	return decrypt.Result{Plain: append(dst, data...), Signature: decrypt.SigState(data[0] - '0')}, nil
}

func TestOpenCountsSignatures(t *testing.T) {
	report := new(FrameReport)
	o := &opener{src: &frames{all: strings.Fields("0 1 1 2 2 2 3 3 3 3")}, o: signed{}, seen: new(decrypt.Seen), rate: 1, report: report}
	for {
		if _, err := o.readFrame(); err != nil {
			break
		}
	}
	if got, want := report.Signatures, (SignatureReport{Unsigned: 1, Unverified: 2, Verified: 3, Bad: 4}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestOpenBoundsSpans(t *testing.T) {
	var all []string
	for range MaxSpans {
		all = append(all, "a0", "b0")
	}
	report := new(FrameReport)
	o := &opener{src: &frames{all: all}, o: keyed{}, seen: new(decrypt.Seen), rate: 1, report: report}
	for {
		if _, err := o.readFrame(); err != nil {
			break
		}
	}
	if len(report.Spans) != MaxSpans || report.SpansMore != MaxSpans {
		t.Errorf("%d spans, %d frames more", len(report.Spans), report.SpansMore)
	}
}

// numbered opens frames that begin with a counter, one digit.
type numbered struct{}

func (numbered) Open(dst, data []byte, _ decrypt.Meta) (decrypt.Result, error) {
	return decrypt.Result{Plain: append(dst, data...), HasCounter: true, Counter: uint64(data[0] - '0')}, nil
}

func TestOpenDropsReplays(t *testing.T) {
	seen := new(decrypt.Seen)
	for _, c := range []struct {
		in, want string
		replayed int64
	}{
		{"1a 2b 1a 3c 2x 3c", "[1a 2b 3c 2x]", 2},
		{"4d 1a 2y", "[4d 2y]", 1}, // another track of the session
		{"5e !1a 6f 7g", "[5e !6f 7g]", 1},
	} {
		report := new(FrameReport)
		o := &opener{src: &frames{all: strings.Fields(c.in)}, o: numbered{}, seen: seen, rate: 1, report: report}
		var out []string
		for {
			f, err := o.readFrame()
			if err != nil {
				break
			}
			lost := "" // a replay is no loss
			if f.lost {
				lost = "!"
			}
			out = append(out, lost+string(f.data))
		}
		if got := fmt.Sprint(out); got != c.want || report.Replayed != c.replayed || report.Reused != int64(strings.Count(c.in, "x")+strings.Count(c.in, "y")) || report.Opened != int64(len(out)) {
			t.Errorf("got %s, want %s; %+v", got, c.want, report)
		}
	}
}

func TestOpenKeepsWhatWasSeenLongAgo(t *testing.T) {
	all := []string{"0"}
	for n := range 1 << 16 {
		all = append(all, fmt.Sprint(1+n))
	}
	report := new(FrameReport)
	o := &opener{src: &frames{all: append(all, "0")}, o: counted{}, seen: new(decrypt.Seen), rate: 1, report: report}
	for {
		if _, err := o.readFrame(); err != nil {
			break
		}
	}
	if report.Repeated != 1 || report.Replayed+report.Reused != 0 || report.Opened != int64(len(all)+1) {
		t.Errorf("%+v", report)
	}
}

// counted opens frames that are a counter.
type counted struct{}

func (counted) Open(dst, data []byte, _ decrypt.Meta) (decrypt.Result, error) {
	res := decrypt.Result{Plain: append(dst, data...), HasCounter: true}
	_, err := fmt.Sscan(string(data), &res.Counter)
	return res, err
}
