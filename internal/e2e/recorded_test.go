package e2e

import (
	endian "encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/mjr"
)

// recorded is a file of the recorder's, also one that it is still writing.
type recorded struct {
	path    string
	header  mjr.Header
	packets [][]byte
}

func readRecorded(t testing.TB, path string) (rec recorded) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := mjrtest.Parse(b)
	if err != nil {
		return recorded{} // nothing stands there yet
	}
	rec = recorded{path: path, header: r.Header}
	for _, p := range r.Packets {
		rec.packets = append(rec.packets, p.Data)
	}
	if strings.HasSuffix(path, ".mjr") && !r.Report.Whole() {
		t.Errorf("%s: %+v", filepath.Base(path), r.Report.Damages)
	}
	return rec
}

// numbers are the sequence numbers by SSRC, in order and carried on over 16
// bits, from the first that came.
func (r recorded) numbers() map[uint32][]int {
	all := make(map[uint32][]int)
	last := make(map[uint32]int)
	for _, p := range r.packets {
		ssrc := endian.BigEndian.Uint32(p[8:])
		n := carryOn(last[ssrc], endian.BigEndian.Uint16(p[2:]), len(all[ssrc]) == 0)
		last[ssrc] = n
		all[ssrc] = append(all[ssrc], n)
	}
	for _, list := range all {
		slices.Sort(list)
	}
	return all
}

func carryOn(last int, number uint16, first bool) int {
	if first {
		return 1<<20 | int(number)
	}
	return last + int(int16(number-uint16(last)))
}

// missing counts the holes, and wants no number twice.
func (r recorded) missing(t testing.TB) (n int64) {
	t.Helper()
	for ssrc, list := range r.numbers() {
		for i := 1; i < len(list); i++ {
			if list[i] == list[i-1] {
				t.Errorf("%s: packet %d of SSRC %#x is there twice", filepath.Base(r.path), uint16(list[i]), ssrc)
			}
			n += int64(list[i] - list[i-1] - 1)
		}
	}
	return n
}

// whole counts the frames all of whose packets are there, by what VP8's
// (RFC 7741) and VP9's (RFC 9628) descriptors tell in clear. An Opus packet is
// a frame.
func (r recorded) whole() (n int64) {
	byNumber := make(map[int][]byte)
	var numbers []int
	last := 0
	for i, p := range r.packets {
		last = carryOn(last, endian.BigEndian.Uint16(p[2:]), i == 0)
		byNumber[last] = p
		numbers = append(numbers, last)
	}
	slices.Sort(numbers)
	begun, before := false, 0
	for _, number := range numbers {
		p := byNumber[number]
		body := payload(p)
		if len(body) == 0 {
			if number == before+1 {
				before = number // padding
			}
			continue
		}
		var start bool
		switch r.header.Codec {
		case "vp8":
			start = body[0]&0x10 != 0 && body[0]&7 == 0
		case "vp9":
			start = body[0]&0x08 != 0
		default:
			n++
			continue
		}
		begun = start || begun && number == before+1
		if marker := p[1]&0x80 != 0; begun && marker {
			n++
			begun = false
		}
		before = number
	}
	return n
}

// payload is that of an RTP packet, without padding.
func payload(p []byte) []byte {
	at := 12 + 4*int(p[0]&0xF)
	if p[0]&0x10 != 0 {
		at += 4 + 4*int(endian.BigEndian.Uint16(p[at+2:]))
	}
	end := len(p)
	if p[0]&0x20 != 0 {
		end -= int(p[end-1])
	}
	return p[at:max(at, end)]
}

// converted is what became of one track.
type converted struct {
	Kind   string
	Frames struct {
		Written    int64 `json:"written"`
		Incomplete int64 `json:"incomplete"`
		BeforeKey  int64 `json:"before_key_frame"`
		Unclean    int64 `json:"unclean"`
		NotAuth    int64 `json:"not_authentic"`
		Malformed  int64 `json:"malformed"`
		Clear      int64 `json:"clear"`
	}
}

// convert runs mjr convert, which must write something.
func convert(t testing.TB, args ...string) []converted {
	t.Helper()
	cmd := exec.Command(binary(t), append([]string{"convert", "--json"}, args...)...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, out, stderr.String())
	}
	for line := range strings.Lines(string(out)) {
		var result struct {
			Type   string
			Tracks []converted
		}
		if err := json.Unmarshal([]byte(line), &result); err != nil {
			t.Fatal(err)
		}
		if result.Type == "result" {
			return result.Tracks
		}
	}
	t.Fatalf("no result in %s", out)
	return nil
}

// hashes lists the SHA-256 of the packets of each stream in a file.
func hashes(t testing.TB, file string) map[string][]string {
	t.Helper()
	out, _ := corpus.Run(t, "ffprobe", "-v", "error", "-show_packets", "-show_data_hash", "sha256", "-of", "json", file)
	var probed struct {
		Packets []struct {
			Kind string `json:"codec_type"`
			Hash string `json:"data_hash"`
		}
	}
	if err := json.Unmarshal([]byte(out), &probed); err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]string)
	for _, p := range probed.Packets {
		all[p.Kind] = append(all[p.Kind], strings.TrimPrefix(p.Hash, "SHA256:"))
	}
	return all
}
