package mjr_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// counts is what independent readers say of a recording's files.
type counts struct {
	Meta   map[string]struct{ Packets int }
	Verify map[string]struct {
		Packets  int
		Messages int `json:"data_messages"`
	}
}

func loadCounts(t *testing.T, dir string) counts {
	t.Helper()
	var c counts
	var meta struct {
		Files map[string]struct{ Packets int }
	}
	for name, v := range map[string]any{"meta.json": &meta, "verify.json": &c.Verify} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(b, v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	c.Meta = meta.Files
	return c
}

func TestRealRecordings(t *testing.T) {
	names := corpus.Names(t)
	if len(names) < 20 {
		t.Fatalf("%d recordings < 20", len(names))
	}
	for _, name := range names {
		rec := corpus.Load(t, name)
		counts := loadCounts(t, rec.Dir)
		for _, path := range rec.Files {
			base := filepath.Base(path)
			t.Run(base, func(t *testing.T) {
				want := load(t, path, 0)
				r := open(t, want.file)
				got := drain(t, r)

				verified := counts.Verify[base].Packets + counts.Verify[base].Messages
				if len(got) == 0 || len(got) != verified {
					t.Errorf("%d packets, verify.json says %d", len(got), verified)
				}
				if meta, ok := counts.Meta[base]; ok && len(got) != meta.Packets {
					t.Errorf("%d packets, meta.json says %d", len(got), meta.Packets)
				}
				out, others := found(got, want, r.Header.Kind)
				if len(out) != len(want.records) || others != 0 {
					t.Errorf("%d of %d records came out, and %d others", len(out), len(want.records), others)
				}
				checkReport(t, r.Report(), mjr.Report{Records: int64(len(want.records))})
				if r.Empty() {
					t.Error("said to be empty")
				}
				if r.Header.Version != 2 || string(r.Header.Raw) != string(want.head[10:]) || r.Header.Unknown != nil {
					t.Errorf("header %+v of %s", r.Header, want.head)
				}
				// Janus wrote all of these, or a maker that kept Janus's header.
				if again := rewrite(t, want.file); !bytes.Equal(again, want.file) {
					t.Errorf("%d bytes written again differ from the %d read", len(again), len(want.file))
				}
			})
		}
	}
}

func TestArrivalAndWall(t *testing.T) {
	got, _ := read(t, opus(t, 3).file)
	for i, ms := range []int64{0, 0x13, 0x29} {
		if !got[i].HasArrival || got[i].Arrival.Milliseconds() != ms || !got[i].Wall.IsZero() {
			t.Errorf("packet %d: arrival %v (%t), wall %v; want %d ms and none", i, got[i].Arrival, got[i].HasArrival, got[i].Wall, ms)
		}
	}
	got, _ = read(t, texts(t, 2).file)
	if us, want := got[0].Wall.UnixMicro(), int64(0x0660be9ffbe3d6); us != want {
		t.Errorf("wall %d, want %d", us, want)
	}
	if want := `{"i":0,"t":1795221704401,"text":"hello 0"}`; string(got[0].Data) != want {
		t.Errorf("message %q, want %q", got[0].Data, want)
	}
}
