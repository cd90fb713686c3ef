package mjr_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// recorded is a real file taken apart by means that know nothing of package
// mjr: the bytes before the first record, and the records.
type recorded struct {
	file    []byte
	head    []byte
	records [][]byte
}

// load takes apart a real recording, the first n records of it, or all if n is
// 0.
func load(t testing.TB, path string, n int) recorded {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	size := 10 + int(binary.BigEndian.Uint16(file[8:]))
	r := recorded{head: file[:size]}
	for at := size; at < len(file) && (n == 0 || len(r.records) < n); {
		end := at + 10 + int(binary.BigEndian.Uint16(file[at+8:]))
		r.records = append(r.records, file[at:end])
		at = end
	}
	if len(r.records) < n {
		t.Fatalf("%s has %d records < %d", path, len(r.records), n)
	}
	r.file = r.join()
	return r
}

func (r recorded) join() []byte {
	return slices.Concat(r.head, slices.Concat(r.records...))
}

// offset is where a record begins.
func (r recorded) offset(n int) int {
	return len(r.head) + len(slices.Concat(r.records[:n]...))
}

// old rewrites the recording to an older generation's head and frames.
func (r recorded) old(head string) recorded {
	o := recorded{head: []byte(head)}
	for _, rec := range r.records {
		o.records = append(o.records, append([]byte("MEETECHO"), rec[8:]...))
	}
	o.file = o.join()
	return o
}

func opus(t testing.TB, n int) recorded  { return load(t, file(t, "plain-vp8-data", "audio"), n) }
func vp8(t testing.TB, n int) recorded   { return load(t, file(t, "plain-vp8-data", "video"), n) }
func texts(t testing.TB, n int) recorded { return load(t, file(t, "plain-vp8-data", "data"), n) }

func file(t testing.TB, name, kind string) string {
	t.Helper()
	return corpus.Load(t, name).File(t, kind)
}

// open makes a Reader of bytes that it must take.
func open(t testing.TB, b []byte) *mjr.Reader {
	t.Helper()
	r, err := mjr.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("NewReader: %v", err)
	}
	return r
}

// drain reads to the end, which must be io.EOF and stay it. The packets are
// copies.
func drain(t testing.TB, r *mjr.Reader) []mjr.Packet {
	t.Helper()
	var all []mjr.Packet
	for {
		p, err := r.ReadPacket()
		if err != nil {
			if _, again := r.ReadPacket(); err != io.EOF || again != io.EOF {
				t.Fatalf("ReadPacket: %v, then %v; want io.EOF", err, again)
			}
			return all
		}
		p.Data = bytes.Clone(p.Data)
		all = append(all, p)
	}
}

// read is open and drain.
func read(t testing.TB, b []byte) ([]mjr.Packet, mjr.Report) {
	t.Helper()
	r := open(t, b)
	all := drain(t, r)
	return all, r.Report()
}

// found tells which records of want came out, by index, each once and in
// order; others are counted.
func found(got []mjr.Packet, want recorded, kind mjr.Kind) (out []int, others int) {
	next := 0
	for _, p := range got {
		i := slices.IndexFunc(want.records[next:], func(rec []byte) bool { return bytes.Equal(body(p, kind), rec[10:]) })
		if i < 0 {
			others++
			continue
		}
		out = append(out, next+i)
		next += i + 1
	}
	return out, others
}

// body is what a packet has behind the ten bytes of its frame.
func body(p mjr.Packet, kind mjr.Kind) []byte {
	if kind != mjr.Data {
		return p.Data
	}
	return append(binary.BigEndian.AppendUint64(nil, uint64(p.Wall.UnixMicro())), p.Data...)
}

// upTo lists 0 to n-1 without some.
func upTo(n int, without ...int) []int {
	out := []int{}
	for i := range n {
		if !slices.Contains(without, i) {
			out = append(out, i)
		}
	}
	return out
}

// frame makes a frame of generation 2.
func frame(ms uint32, body []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte("MEET"), ms)
	b = binary.BigEndian.AppendUint16(b, uint16(len(body)))
	return append(b, body...)
}

// rtp makes an RTP packet of a size.
func rtp(seq uint16, size int) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0x80, 111}, seq)
	b = binary.BigEndian.AppendUint32(b, uint32(seq)*960)
	b = binary.BigEndian.AppendUint32(b, 0x35594fa8)
	for len(b) < size {
		b = append(b, byte(len(b)*7+int(seq)))
	}
	return b[:size]
}

// message makes the body of a data-channel record.
func message(wall time.Time, text string) []byte {
	return append(binary.BigEndian.AppendUint64(nil, uint64(wall.UnixMicro())), text...)
}

// sameBytes copies a recording through Reader and Writer.
func rewrite(t testing.TB, b []byte) []byte {
	t.Helper()
	r := open(t, b)
	var out bytes.Buffer
	w, err := mjr.NewWriter(&out, r.Header)
	if err != nil {
		t.Fatalf("NewWriter: %v", err)
	}
	if _, err := mjr.Copy(w, r); err != nil {
		t.Fatalf("Copy: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	return out.Bytes()
}

// checkReport compares what does not depend on wording.
func checkReport(t testing.TB, got mjr.Report, want mjr.Report) {
	t.Helper()
	if got.Records != want.Records || got.Damaged != want.Damaged || got.Skipped != want.Skipped ||
		got.Truncated != want.Truncated || got.Headers != want.Headers {
		t.Errorf("report %+v, want %+v", got, want)
	}
}

var errDisk = errors.New("disk on fire")
