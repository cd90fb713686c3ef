package record_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// own is what the header says beyond Janus's members.
type own struct {
	V     string
	Part  int
	Start int64
	SR    [][3]int64
}

func ownOf(t *testing.T, rec recording) own {
	t.Helper()
	var o own
	if err := json.Unmarshal(rec.header.Unknown[record.Member], &o); err != nil {
		t.Fatalf("%s: %v", rec.header.Unknown[record.Member], err)
	}
	return o
}

// TestPartsBySize: no part is larger than allowed, and none is far smaller;
// nothing is lost between them.
func TestPartsBySize(t *testing.T) {
	const most = 64 << 10
	name := filepath.Join(t.TempDir(), "call")
	r := newRecorder(t, record.Options{Name: name, MaxSize: most})
	f := open(t, r, video)
	at := time.Now()
	for i := range 500 {
		write(t, f, rtp(uint16(i), uint32(i), 900), at.Add(time.Duration(i)*time.Millisecond))
	}
	got := closeAll(t, r).Files[0]
	checkParts(t, got, 500)
	for i, path := range got.Paths {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > most || i < len(got.Paths)-1 && info.Size() < most-1000 {
			t.Errorf("%s has %d bytes, want about %d", filepath.Base(path), info.Size(), most)
		}
	}
}

func TestPartsByDuration(t *testing.T) {
	name := filepath.Join(t.TempDir(), "call")
	r := newRecorder(t, record.Options{Name: name, MaxDuration: 2 * time.Second})
	f := open(t, r, video)
	at := time.Now()
	for i := range 100 {
		write(t, f, rtp(uint16(i), uint32(i), 900), at.Add(time.Duration(i)*100*time.Millisecond))
	}
	got := closeAll(t, r).Files[0]
	if len(got.Paths) != 5 || filepath.Base(got.Paths[4]) != "call-video-1.p005.mjr" {
		t.Errorf("parts %q", got.Paths)
	}
	checkParts(t, got, 100)
}

// checkParts joins the parts by what their headers say.
func checkParts(t *testing.T, report record.FileReport, packets int) {
	t.Helper()
	n := 0
	var start, before time.Time
	for i, path := range report.Paths {
		rec := read(t, path)
		if i == 0 {
			start = rec.header.FirstFrame
		} else if o := ownOf(t, rec); o.Part != i+1 || o.Start != start.UnixMicro() {
			t.Errorf("%s: %+v, want part %d since %d", filepath.Base(path), o, i+1, start.UnixMicro())
		}
		for _, p := range rec.packets {
			if got := int(binary.BigEndian.Uint16(p.Data[2:])); got != n {
				t.Fatalf("%s: packet %d, want %d", filepath.Base(path), got, n)
			}
			at := rec.header.FirstFrame.Add(p.Arrival)
			if !before.IsZero() && (at.Before(before) || at.Sub(before) > 101*time.Millisecond) {
				t.Fatalf("%s: packet %d at %v, the one before at %v", filepath.Base(path), n, at, before)
			}
			before = at
			n++
		}
	}
	if n != packets || report.Stored != int64(packets) || len(report.Paths) < 5 {
		t.Errorf("%d packets in %d parts, %d reported, want %d", n, len(report.Paths), report.Stored, packets)
	}
}

// TestPartNameIsTaken finds out before anything is recorded.
func TestPartNameIsTaken(t *testing.T) {
	name := filepath.Join(t.TempDir(), "call")
	r := newRecorder(t, record.Options{Name: name})
	if err := os.WriteFile(name+"-2-audio-0.p007.mjr.tmp", nil, 0o666); err != nil {
		t.Fatal(err)
	}
	track := audio
	track.Publisher = 1
	if _, err := r.Open(track); err == nil {
		t.Error("no error")
	}
}

func TestRebase(t *testing.T) {
	name := filepath.Join(t.TempDir(), "call")
	r := newRecorder(t, record.Options{Name: name, Rebase: true, MaxDuration: time.Second})
	f := open(t, r, audio)
	at := time.Now()
	ts := ^uint32(255) // wraps during the call
	send := func(seq uint16, ts, ssrc uint32, after time.Duration) {
		p := rtp(seq, ts, 20)
		binary.BigEndian.PutUint32(p[8:], ssrc)
		write(t, f, p, at.Add(after))
	}
	send(65500, ts, 1, 0)
	f.SenderReport(1<<63, ts+480, at)
	send(65501, ts+960, 1, 20*time.Millisecond)
	send(65499, ts-960, 1, 21*time.Millisecond) // came late
	send(65502, ts+1920, 1, 2*time.Second)      // another part
	send(7, 7, 2, 3*time.Second)                // another sender
	report := closeAll(t, r)
	var got [][2]uint32
	for _, path := range report.Files[0].Paths {
		for _, p := range read(t, path).packets {
			got = append(got, [2]uint32{uint32(binary.BigEndian.Uint16(p.Data[2:])), binary.BigEndian.Uint32(p.Data[4:])})
		}
	}
	want := [][2]uint32{{1, 0}, {2, 960}, {0, ^uint32(959)}, {3, 1920}, {4, 1920 + 48000}}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("numbers and timestamps %v, want %v", got, want)
		}
	}
	if sr := ownOf(t, read(t, name+"-audio-0.mjr")).SR; len(sr) != 1 || sr[0][1] != 480 {
		t.Errorf("sender report %v, want timestamp 480", sr)
	}
}

// TestSenderReports: the first is in the file soon after it came, the last
// when the file is whole, and nothing else changes.
func TestSenderReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "call")
		r := newRecorder(t, record.Options{Name: name})
		f := open(t, r, audio)
		write(t, f, rtp(1, 100, 20), time.Now())
		time.Sleep(time.Second)
		synctest.Wait()
		before, err := os.ReadFile(name + "-audio-0.mjr.tmp")
		if err != nil {
			t.Fatal(err)
		}
		// 2000-01-01 00:00:01.5 by the sender's clock.
		const ntp = (2208988800+946684801)<<32 | 1<<31
		for i := range 3 {
			f.SenderReport(ntp+uint64(i)<<32, 4800+uint32(i)*48000, time.Now())
			write(t, f, rtp(uint16(2+i), 100, 20), time.Now())
			time.Sleep(time.Second)
			synctest.Wait()
			if o := ownOf(t, readAny(t, name+"-audio-0.mjr.tmp")); len(o.SR) != 1 || o.SR[0] != [3]int64{946684801500000, 4800, 1000} {
				t.Errorf("after report %d: %v", i, o.SR)
			}
		}
		closeAll(t, r)
		rec := read(t, name+"-audio-0.mjr")
		if o := ownOf(t, rec); len(o.SR) != 2 || o.SR[1] != [3]int64{946684803500000, 100800, 3000} {
			t.Errorf("at the end: %v", o.SR)
		}
		after, err := os.ReadFile(name + "-audio-0.mjr")
		if err != nil {
			t.Fatal(err)
		}
		head, _, _ := bytes.Cut(before, []byte(`"sr":`))
		if !bytes.HasPrefix(after, head) || len(rec.packets) != 4 || len(after) != len(before)+3*(10+32) {
			t.Errorf("%d bytes became %d, %d packets", len(before), len(after), len(rec.packets))
		}
	})
}

// TestJanusReads lets Janus's own tool convert what was recorded.
func TestJanusReads(t *testing.T) {
	tool := corpus.Tool(t, "janus-pp-rec")
	name := filepath.Join(t.TempDir(), "call")
	r := newRecorder(t, record.Options{Name: name})
	track := audio
	track.Extensions = map[int]string{1: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 15: "urn:a", 16: "urn:b", 255: "urn:c"}
	f := open(t, r, track)
	at := time.Now()
	for i := range 100 {
		p := rtp(uint16(i), uint32(i)*960, 40)
		p[12] = 0x78 // Opus, 20 ms
		write(t, f, p, at.Add(time.Duration(i)*20*time.Millisecond))
	}
	f.SenderReport(1<<63, 4800, at)
	closeAll(t, r)
	out, err := exec.Command(tool, name+"-audio-0.mjr", name+".opus").CombinedOutput()
	if info, _ := os.Stat(name + ".opus"); err != nil || info == nil || info.Size() < 100*40 {
		t.Errorf("%v\n%s", err, out)
	}
}
