package mjr_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// seeds are small cuts of real recordings, whole and hurt.
func seeds(t testing.TB) [][]byte {
	t.Helper()
	var all [][]byte
	for _, name := range corpus.Names(t) {
		for _, path := range corpus.Load(t, name).Files {
			all = append(all, load(t, path, 3).file)
		}
	}
	if len(all) < 40 {
		t.Fatalf("%d recordings to cut seeds from < 40", len(all))
	}
	for _, rec := range shorts(t) {
		at := rec.offset(3)
		all = append(all, rec.file[:rec.offset(5)], rec.file[:at+20],
			put(rec.file, at, 'X'), put(rec.file, at+8, 0x7F), put(rec.file, 9, 0xFF),
			slices.Concat(rec.file, rec.file), slices.Concat(rec.file[:at+30], make([]byte, 100), rec.file[at+30:]),
			append(bytes.Clone(rec.file), "----"...))
	}
	return all
}

func FuzzReader(f *testing.F) {
	for _, b := range seeds(f) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := mjr.NewReader(bytes.NewReader(b))
		if err != nil {
			if !errors.Is(err, mjr.ErrNotMJR) {
				t.Fatalf("NewReader: %v", err)
			}
			return
		}
		got := drain(t, r)
		report := r.Report()

		bytesOut := report.Skipped
		for _, p := range got {
			bytesOut += int64(10 + len(p.Data))
			// Where the header is lost a short record may be a message.
			if k := r.Header.Kind; (k == mjr.Audio || k == mjr.Video) && p.Wall.IsZero() && len(p.Data) < 12 {
				t.Errorf("packet of %d bytes", len(p.Data))
			}
			if !bytes.Contains(b, p.Data) {
				t.Error("packet that is not in the file")
			}
		}
		if report.Records != int64(len(got)) || bytesOut > int64(len(b)) {
			t.Errorf("%d packets, %d bytes of %d accounted for; %+v", len(got), bytesOut, len(b), report)
		}
		if r.Empty() && (len(got) > 0 || !report.Whole()) {
			t.Errorf("empty, with %d packets; %+v", len(got), report)
		}
		checkDamages(t, report, len(b))
		readAgain(t, r.Header, got)
	})
}

// readAgain writes what was read, and reads that.
func readAgain(t *testing.T, h mjr.Header, packets []mjr.Packet) {
	var out bytes.Buffer
	w, err := mjr.NewWriter(&out, h)
	if refused := (*mjr.HeaderError)(nil); errors.As(err, &refused) || errors.Is(err, mjr.ErrHeaderTooLong) {
		return // Janus could not read it either
	}
	if err != nil {
		t.Fatalf("NewWriter: %v", err)
	}
	var written []mjr.Packet
	for _, p := range packets {
		if bytes.Contains(p.Data, []byte("MEET")) {
			continue // it may look like a wrong length, depending on what is around
		}
		if p.Arrival.Milliseconds() == 0x4543484F {
			continue // two that spell ECHO in front are taken for v1
		}
		var refused *mjr.SizeError
		if err := w.WritePacket(p); errors.As(err, &refused) {
			continue
		} else if err != nil {
			t.Fatalf("WritePacket: %v", err)
		}
		written = append(written, p)
	}
	r := open(t, out.Bytes())
	got := drain(t, r)
	if !r.Report().Whole() || len(got) != len(written) {
		t.Fatalf("%d packets written, %d read again; %+v", len(written), len(got), r.Report())
	}
	for i, p := range got {
		q := written[i]
		if !bytes.Equal(p.Data, q.Data) || p.Arrival != q.Arrival || h.Kind == mjr.Data && !q.Wall.IsZero() && !p.Wall.Equal(q.Wall) {
			t.Fatalf("packet %d: %+v, want %+v", i, p, q)
		}
	}
	if g := r.Header; len(got) > 0 && (g.Kind != h.Kind || g.Codec != h.Codec || g.Encrypted != h.Encrypted ||
		g.PERC != h.PERC || g.REDType != h.REDType || g.Fmtp != h.Fmtp || len(g.Extensions) != len(h.Extensions) ||
		!h.FirstFrame.IsZero() && !g.FirstFrame.Equal(h.FirstFrame)) {
		t.Fatalf("header %+v, want %+v", g, h)
	}
}
