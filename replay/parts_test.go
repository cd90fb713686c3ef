package replay

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// inParts stores a recording as a recorder would that begins a part every so
// many packets.
func inParts(t testing.TB, path string, every int) []Part {
	t.Helper()
	h, packets := load(t, path)
	start := h.FirstFrame
	var parts []Part
	for from := 0; from < len(packets); from += every {
		n := len(parts) + 1
		name, member := "call-video-1.mjr", `{"v":"mjr test"}`
		if n > 1 {
			name = fmt.Sprintf("call-video-1.p%03d.mjr", n)
			member = fmt.Sprintf(`{"v":"mjr test","part":%d,"start":%d}`, n, start.UnixMicro())
		}
		part := h
		first := packets[from].Arrival
		part.FirstFrame = start.Add(first)
		part.Unknown = map[string]json.RawMessage{"mjr": json.RawMessage(member)}
		some := slices.Clone(packets[from:min(from+every, len(packets))])
		for i := range some {
			some[i].Arrival -= first
		}
		b := rebuild(t, part, some)
		parts = append(parts, Part{name, bytes.NewReader(b), int64(len(b))})
	}
	return parts
}

// TestOpenParts: a recording in parts plays as the one that was not cut.
func TestOpenParts(t *testing.T) {
	for _, name := range []string{"plain-vp8-loss", "plain-vp9", "sframe-vp8", "plain-vp8-pause"} {
		for _, kind := range []string{"audio", "video"} {
			path := corpus.Load(t, name).File(t, kind)
			whole := open(t, path)
			parts := inParts(t, path, 37)
			r, err := OpenParts(parts[0], parts[1:]...)
			if err != nil {
				t.Fatal(err)
			}
			if r.Len() != whole.Len() || r.first != whole.first || r.end != whole.end || r.lead != whole.lead ||
				!slices.Equal(r.keys, whole.keys) || !slices.Equal(r.losses, whole.losses) || !r.Header.FirstFrame.Equal(whole.Header.FirstFrame) {
				t.Errorf("%s %s: %d packets from %d to %d, lead %v, want %d from %d to %d, lead %v", name, kind, r.Len(), r.first, r.end, r.lead, whole.Len(), whole.first, whole.end, whole.lead)
			}
			for i, e := range r.index {
				w := whole.index[i]
				got, want := make([]byte, e.size), make([]byte, w.size)
				if _, err := r.src.ReadAt(got, e.offset); err != nil {
					t.Fatal(err)
				}
				if _, err := whole.src.ReadAt(want, w.offset); err != nil {
					t.Fatal(err)
				}
				e.offset, w.offset = 0, 0
				if e != w || !bytes.Equal(got, want) {
					t.Fatalf("%s %s: packet %d is %+v, want %+v", name, kind, i, e, w)
				}
			}
			if len(r.Parts) != len(parts) || r.File.Records != whole.File.Records || !r.File.Whole() || r.Incomplete() != nil {
				t.Errorf("%s %s: %+v of %d parts", name, kind, r.File, len(r.Parts))
			}
			sameRecorded(t, r, whole)
		}
	}
}

// sameRecorded compares what Recorded gives of two recordings.
func sameRecorded(t *testing.T, a, b *Recording) {
	t.Helper()
	list := func(r *Recording) (all []string) {
		err := Recorded([]*Recording{r}, func(_ int, packet []byte, at time.Time) error {
			all = append(all, fmt.Sprintf("%x %v", packet, at))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	if !slices.Equal(list(a), list(b)) {
		t.Errorf("%s: other packets or times than those of the whole recording", a.Name)
	}
}

// TestOpenPartsIncomplete names what is missing, and plays the rest in its
// time.
func TestOpenPartsIncomplete(t *testing.T) {
	path := corpus.Load(t, "plain-vp9").File(t, "audio")
	whole := open(t, path)
	parts := inParts(t, path, 100)
	other := inParts(t, corpus.Load(t, "plain-vp8-loss").File(t, "audio"), 100)
	other[3].Name = "other.p004.mjr"
	r, err := OpenParts(parts[0], parts[2], other[3], parts[5])
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprint(r.Incomplete())
	if r.Len() != 300 || !strings.Contains(text, "p003.mjr: part 2 of the recording is missing") ||
		!strings.Contains(text, "other.p004.mjr is left out: not a part") || !strings.Contains(text, "p006.mjr: parts 4 to 5 of the recording are missing") {
		t.Errorf("%d packets, %s", r.Len(), text)
	}
	for i, at := range map[int]int{99: 99, 100: 200, 200: 500} {
		if r.index[i].time != whole.index[at].time || r.index[i].arrival != whole.index[at].arrival {
			t.Errorf("packet %d: %+v, want %+v", i, r.index[i], whole.index[at])
		}
	}
	if len(r.losses) != 2 || r.losses[0].packets != 100 || r.losses[1].packets != 200 {
		t.Errorf("losses %+v", r.losses)
	}
	parts[1].R = unreadable{}
	if _, err := OpenParts(parts[0], parts[1:]...); !errors.Is(err, io.ErrClosedPipe) || !strings.Contains(err.Error(), "p002.mjr") {
		t.Errorf("a part that cannot be read: %v", err)
	}
}

// TestLibraryParts: the parts in a folder are one track.
func TestLibraryParts(t *testing.T) {
	dir := t.TempDir()
	path := corpus.Load(t, "plain-vp9").File(t, "video")
	for _, p := range inParts(t, path, 100) {
		b, err := io.ReadAll(io.NewSectionReader(p.R, 0, p.Size))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, p.Name), b, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "call-video-1.p009.mjr"), []byte("noise"), 0o666); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var warned []string
	l := NewLibrary(LibraryOptions{
		Group: func(names []string) []Group { return []Group{{"call", names}} },
		Warn:  func(text string) { warned = append(warned, text) },
	}, NewFolder(root))
	defer l.Close()
	list := l.List(t.Context())
	if len(list) != 1 || len(list[0].Tracks) != 1 {
		t.Fatalf("%+v", list)
	}
	lease, err := l.Open(t.Context(), list[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	defer lease.Close()
	whole := open(t, path)
	if got := lease.Tracks()[0]; got.Len() != whole.Len() || lease.Duration() != NewSession(whole).Duration() {
		t.Errorf("%d packets, want %d", got.Len(), whole.Len())
	} else {
		sameRecorded(t, got, whole)
	}
	if len(warned) != 1 || !strings.Contains(warned[0], "left out: call-video-1.p009.mjr: not an MJR recording") {
		t.Errorf("%q", warned)
	}
}

// TestSessionBySender: tracks lie where their sender's clock says, not where
// the packets of one of them came late.
func TestSessionBySender(t *testing.T) {
	const sent, late = 946684800_000000, 300 * time.Millisecond
	track := func(codec string, rate int64, apart, delay time.Duration, report string) *Recording {
		at := time.UnixMicro(1700000000_000000).Add(apart + delay)
		c, _ := mjr.LookupCodec(codec)
		h := mjr.Header{Kind: c.Kind, Codec: codec, Created: at, FirstFrame: at,
			Unknown: map[string]json.RawMessage{"mjr": json.RawMessage(`{"v":"mjr test","sr":[` + report + `]}`)}}
		var packets []mjr.Packet
		for i := range 100 {
			b := make([]byte, 40)
			b[0] = 0x80
			binary.BigEndian.PutUint16(b[2:], uint16(i))
			binary.BigEndian.PutUint32(b[4:], uint32(int64(i)*rate/50))
			packets = append(packets, mjr.Packet{Data: b, Arrival: time.Duration(i) * 20 * time.Millisecond, HasArrival: true})
		}
		return openBytes(t, rebuild(t, h, packets), codec)
	}
	const apart = 123457 * time.Microsecond
	second := func(rate int64, apart time.Duration) string {
		return fmt.Sprintf("[%d,%d,1000]", sent+1e6+apart.Microseconds(), rate)
	}
	for _, c := range []struct {
		name         string
		audio, other string
		want         time.Duration // of pcmu behind opus
	}{
		{"reports", second(48000, 0), second(8000, apart), apart},
		{"no reports", "", "", apart - late},
		{"one has none", second(48000, 0), "", apart - late},
		{"other clocks", second(48000, 0), second(8000, time.Hour), apart - late},
	} {
		s := NewSession(track("opus", 48000, 0, late, c.audio), track("pcmu", 8000, apart, 0, c.other))
		if got := s.due(1, 0) - s.due(0, 0); (got-c.want).Abs() > time.Second/48000 || min(s.due(0, 0), s.due(1, 0)) != 0 {
			t.Errorf("%s: %v behind, want %v", c.name, got, c.want)
		}
	}
}
