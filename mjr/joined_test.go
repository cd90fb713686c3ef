package mjr_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

func TestFilesPutTogether(t *testing.T) {
	audio, video, data := opus(t, 30), vp8(t, 30), texts(t, 30)
	v1 := audio.old(oldHead("MJR00001", string(audio.head[10:])))
	v0 := audio.old("MEETECHO\x00\x05audio")
	n := func(r recorded) int64 { return int64(len(r.records)) }
	for _, c := range []struct {
		name  string
		parts [][]byte
		want  mjr.Report
	}{
		{"twice the same", [][]byte{audio.file, audio.file}, mjr.Report{Records: 2 * n(audio), Headers: 1}},
		{"three of v0", [][]byte{v0.file, v0.file, v0.file}, mjr.Report{Records: 3 * n(audio), Headers: 2}},
		{"v2 behind v1", [][]byte{v1.file, audio.file}, mjr.Report{Records: 2 * n(audio), Headers: 1}},
		{"v1 behind v2", [][]byte{audio.file, v1.file}, mjr.Report{Records: 2 * n(audio), Headers: 1}},
		{"v0 behind v2 behind v1", [][]byte{v1.file, audio.file, v0.file}, mjr.Report{Records: 3 * n(audio), Headers: 2}},
		{"a file between empty ones", [][]byte{[]byte("MJR00002"), audio.file, []byte("MJR00002"), audio.head, video.file, []byte("MJR00002")},
			mjr.Report{Records: n(audio) + n(video), Headers: 5}},
		{"data behind audio", [][]byte{audio.file, data.file}, mjr.Report{Records: n(audio) + n(data), Headers: 1}},
		{"behind another writer's trailer", [][]byte{audio.file, []byte("----"), audio.file}, mjr.Report{Records: 2 * n(audio), Headers: 1, Damaged: 1, Skipped: 4}},
		{"behind a file that is cut", [][]byte{audio.file[:audio.offset(29)+40], audio.file}, mjr.Report{Records: 2*n(audio) - 1, Headers: 1, Damaged: 1, Skipped: 40}},
		{"behind a file that is cut in the head of a frame", [][]byte{audio.file[:audio.offset(29)+9], audio.file}, mjr.Report{Records: 2*n(audio) - 1, Headers: 1, Damaged: 1, Skipped: 9}},
		{"header of wrong types", [][]byte{audio.file, withJSON(audio, `{"t":1,"c":"opus"}`)}, mjr.Report{Records: 2 * n(audio), Headers: 1, Damaged: 1, Skipped: 28}},
		{"header with a wrong length", [][]byte{audio.file, put(audio.file, 9, 60)}, mjr.Report{Records: 2 * n(audio), Headers: 1, Damaged: 1, Skipped: int64(len(audio.head))}},
		{"header that is cut", [][]byte{audio.file, audio.head[:50]}, mjr.Report{Records: n(audio), Damaged: 1, Skipped: 50, Truncated: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := slices.Concat(c.parts...)
			r := open(t, file)
			header := r.Header
			got := drain(t, r)
			checkReport(t, r.Report(), c.want)
			checkDamages(t, r.Report(), len(file))
			if r.Header.Kind != mjr.Audio || !bytes.Equal(header.Raw, r.Header.Raw) {
				t.Errorf("header %+v, was %+v", r.Header, header)
			}
			for i, p := range got {
				if p.Wall.IsZero() != bytes.HasPrefix(p.Data, []byte{0x90}) {
					t.Errorf("packet %d: wall %v of %.20x", i, p.Wall, p.Data)
				}
			}
		})
	}
}

// A record whose length leads to where it should is one record, whatever it
// holds. Only later frames of its own stream, to its very end, are believed
// more than its length.
func TestRecordsThatHoldFrames(t *testing.T) {
	audio, video := opus(t, 30), vp8(t, 30)
	data := texts(t, 30)
	wall := time.UnixMicro(1795221704401878)
	for _, c := range []struct {
		name   string
		rec    recorded
		body   []byte
		inside bool // the frames are the ones believed
	}{
		{"earlier frames of its stream", audio, slices.Concat(rtp(99, 30), audio.records[5], audio.records[6]), false},
		{"the frame before it", audio, slices.Concat(rtp(99, 30), audio.records[9]), false},
		{"frames of another stream", audio, slices.Concat(rtp(99, 30), video.records[20], video.records[21]), false},
		{"its stream's next frame, and more", audio, slices.Concat(rtp(99, 30), audio.records[10], []byte("x")), false},
		{"its stream's frames after the next", audio, slices.Concat(rtp(99, 30), audio.records[15]), false},
		{"its stream's next frame", audio, slices.Concat(rtp(99, 30), audio.records[10]), true},
		{"a whole recording", audio, slices.Concat(rtp(99, 30), video.file), false},
		{"a whole recording sent as a message", data, message(wall, string(vp8(t, 0).file[:60000])), false},
		{"a recording of messages sent as a message", data, message(wall, string(opus(t, 1).head)+string(data.join())), false},
		{"nothing but magic", data, message(wall, "MEETMEETMEETMEETECHOMJR00002"), false},
	} {
		at := c.rec.offset(10)
		ms := c.rec.records[10][4:8]
		held := frame(0, c.body)
		copy(held[4:], ms)
		file := slices.Concat(c.rec.file[:at], held, c.rec.file[at:])
		got, report := read(t, file)
		if c.inside {
			checkReport(t, report, mjr.Report{Records: 31, Damaged: 1, Skipped: 40})
			continue
		}
		checkReport(t, report, mjr.Report{Records: 31})
		if b := body(got[10], kindOf(c.rec)); !bytes.Equal(b, c.body) {
			t.Errorf("%s: %d bytes, want %d", c.name, len(b), len(c.body))
		}
	}
}

// Data is valid until the next read, and what a caller does to it before is
// without consequence.
func TestDataIsTheCallers(t *testing.T) {
	for name, rec := range medias(t) {
		r := open(t, rec.file)
		for i := range rec.records {
			p, err := r.ReadPacket()
			if err != nil {
				t.Fatalf("%s: packet %d: %v", name, i, err)
			}
			if b := body(p, r.Header.Kind); !bytes.Equal(b, rec.records[i][10:]) {
				t.Fatalf("%s: packet %d is not the file's", name, i)
			}
			clear(p.Data)
			_ = append(p.Data, "what stands behind is not the caller's"...)
		}
		if _, err := r.ReadPacket(); err == nil || !r.Report().Whole() {
			t.Errorf("%s: %v, %+v", name, err, r.Report())
		}
		report := r.Report()
		report.Damages = append(report.Damages, mjr.Damage{})
		if len(r.Report().Damages) != 0 {
			t.Errorf("%s: a report was changed from outside", name)
		}
	}
}
