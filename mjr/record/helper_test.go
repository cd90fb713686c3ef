package record_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

var (
	audio = record.Track{Index: 0, Kind: mjr.Audio, Codec: "opus", MID: "0", PayloadType: 111}
	video = record.Track{Index: 1, Kind: mjr.Video, Codec: "vp8", MID: "1", PayloadType: 96}
)

const ssrc = 0xCAFE

// rtp is a packet with a number in its payload.
func rtp(seq uint16, ts uint32, size int) []byte {
	b := make([]byte, 12+max(size, 2))
	b[0], b[1] = 0x80, 111
	binary.BigEndian.PutUint16(b[2:], seq)
	binary.BigEndian.PutUint32(b[4:], ts)
	binary.BigEndian.PutUint32(b[8:], ssrc)
	binary.BigEndian.PutUint16(b[12:], seq)
	return b
}

func newRecorder(t testing.TB, o record.Options) *record.Recorder {
	t.Helper()
	r, err := record.NewRecorder(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func open(t testing.TB, r *record.Recorder, track record.Track) *record.File {
	t.Helper()
	f, err := r.Open(track)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func write(t testing.TB, f *record.File, packet []byte, at time.Time) {
	t.Helper()
	if err := f.WriteRTP(packet, at); err != nil {
		t.Fatal(err)
	}
}

func closeAll(t testing.TB, r *record.Recorder) record.Report {
	t.Helper()
	report, err := r.Close()
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// recording is a file as it was read.
type recording struct {
	header  mjr.Header
	packets []mjr.Packet
	report  mjr.Report
}

// read reads a file, which must be whole.
func read(t testing.TB, path string) recording {
	t.Helper()
	rec := readAny(t, path)
	if !rec.report.Whole() {
		t.Fatalf("%s is damaged: %+v", filepath.Base(path), rec.report.Damages)
	}
	return rec
}

func readAny(t testing.TB, path string) recording {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rec, err := readBytes(b)
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return rec
}

func readBytes(b []byte) (recording, error) {
	r, err := mjrtest.Parse(b)
	return recording{r.Header, r.Packets, r.Report}, err
}

// await waits for what a channel brings. What has not come by then never will,
// and the test should say what it was.
func await[T any](t testing.TB, what string, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(90 * time.Second):
		t.Fatalf("waited in vain: %s", what)
	}
	return v
}

// names lists a folder.
func names(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// samePackets compares packets and their times.
func samePackets(got, want recording) error {
	if len(got.packets) != len(want.packets) {
		return fmt.Errorf("%d packets, want %d", len(got.packets), len(want.packets))
	}
	for i, p := range got.packets {
		if q := want.packets[i]; !bytes.Equal(p.Data, q.Data) || p.Arrival != q.Arrival {
			return fmt.Errorf("packet %d differs: %d bytes at %v, want %d at %v", i, len(p.Data), p.Arrival, len(q.Data), q.Arrival)
		}
	}
	if !got.header.FirstFrame.Equal(want.header.FirstFrame) {
		return fmt.Errorf("first frame at %v, want %v", got.header.FirstFrame, want.header.FirstFrame)
	}
	return nil
}
