package postprocess

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

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
