package mjr_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/mjr"
)

// repeated is a source that gives a pattern again and again, n bytes in all.
type repeated struct {
	head    []byte
	pattern []byte
	n, at   int
}

func (r *repeated) Read(b []byte) (int, error) {
	if len(r.head) > 0 {
		n := copy(b, r.head)
		r.head = r.head[n:]
		return n, nil
	}
	if r.n == 0 {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), r.n)], r.pattern[r.at:])
	r.at = (r.at + n) % len(r.pattern)
	r.n -= n
	return n, nil
}

// What a search finds a magic in at every step, what nests and what promises
// long JSON must not cost more than its bytes. That is a second or so in all;
// to search on from each step to the end takes hours, and go test's own limit
// ends it.
func TestHostileFilesTakeLinearTime(t *testing.T) {
	audio, data := opus(t, 1), texts(t, 1)
	packet := audio.records[0][10:]
	liar := func(length int, body []byte) []byte {
		b := frame(0, body)
		binary.BigEndian.PutUint16(b[8:], uint16(length))
		return b
	}
	jsonHead := func(length int, text string) []byte {
		return append(binary.BigEndian.AppendUint16([]byte("MJR00002"), uint16(length)), text...)
	}
	var nested []byte
	for n := 65535; n > 40; n -= 10 + 12 {
		nested = append(nested, liar(n, packet[:12])...)
	}
	for name, pattern := range map[string][]byte{
		"nothing but MEET":                       []byte("MEET"),
		"nothing but MEETECHO":                   []byte("MEETECHO"),
		"nothing but M":                          []byte("M"),
		"nothing but MJR0":                       []byte("MJR0"),
		"nothing but zeros":                      {0},
		"records that claim 65535 bytes":         liar(65535, packet),
		"records that claim 60000, and a sane":   append(liar(60000, packet), audio.records[0]...),
		"records that claim 12 bytes":            liar(12, packet),
		"records in records in records":          nested,
		"short records":                          frame(0, nil),
		"RTP without a chain":                    append(liar(40, packet), 'x'),
		"data that claims 65535 bytes":           liar(65535, data.records[0][10:]),
		"headers that claim 65535 bytes":         jsonHead(65535, "{"),
		"headers that claim text":                jsonHead(0x2020, `{"a":"`),
		"headers of blanks":                      append(jsonHead(0x2020, "{"), strings.Repeat(" ", 50)...),
		"headers between records":                append(jsonHead(65535, `{"t":`), audio.records[0]...),
		"broken headers between records":         append(jsonHead(30, `{"t":"a","c":"opus","s":1,"u":!`), audio.records[0]...),
		"headers in headers":                     jsonHead(65535, `{"":"`),
		"headers of lists":                       jsonHead(65535, `{"a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[`),
		"frames that spell the magic everywhere": frame(0, append(bytes.Clone(packet[:12]), strings.Repeat("MEET", 300)...)),
	} {
		for i, head := range [][]byte{audio.head, data.head, []byte("MJR00009\x00\x05????")} {
			size := []int{4 << 20, 1 << 20, 1 << 20}[i]
			if i == 0 && string(pattern) == "MEET" {
				size = 50 << 20
			}
			r, err := mjr.NewReader(&repeated{head: head, pattern: pattern, n: size})
			if errors.Is(err, mjr.ErrNotMJR) {
				continue
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for err == nil {
				_, err = r.ReadPacket()
			}
			if err != io.EOF {
				t.Errorf("%s: %v", name, err)
			}
			if max := int64(size / 10); r.Report().Records > max || r.Report().Skipped > int64(size+100) {
				t.Errorf("%s: %d records, %d bytes skipped", name, r.Report().Records, r.Report().Skipped)
			}
		}
	}
}

// TestMessageInsidePacket: where the header is lost, what lies in a packet can
// look like a frame that is too short for RTP.
func TestMessageInsidePacket(t *testing.T) {
	const short = 9
	packet := append(rtp(2, 40), frame(2, make([]byte, short))...)
	head := "MJR00002\x00\x05?????"
	file := []byte(head)
	for i, body := range [][]byte{rtp(1, 40), packet, rtp(3, 40)} {
		file = append(file, frame(uint32(i), body)...)
	}
	got, report := read(t, file)
	if len(got) != 3 || !bytes.Equal(got[1].Data, packet) || report.Skipped != int64(len(head)) {
		t.Errorf("%d packets, %+v", len(got), report)
	}
}
