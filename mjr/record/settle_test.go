package record_test

import (
	"encoding/binary"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// came is a packet as it comes: when, and what of. What is to be recorded is
// told by the number of the file, from 1.
type came struct {
	at     time.Duration
	pt     byte
	seq    uint16
	ssrc   uint32
	wanted int
}

// run is n packets of one stream, 20 ms from each other.
func run(n int, c came) []came {
	var all []came
	for range n {
		all = append(all, c)
		c.at += 20 * time.Millisecond
		c.seq++
	}
	return all
}

// takeAll records packets of media on one address, and checks which of them
// each file has, with their times, and that all the others are counted.
func takeAll(t *testing.T, specs []string, packets []came) []record.FileReport {
	t.Helper()
	var media []record.Media
	for i, s := range specs {
		m, err := record.ParseMedia(mjr.Audio, s)
		if err != nil {
			t.Fatal(err)
		}
		m.Track.Index = i
		media = append(media, m)
	}
	r := newRecorder(t, record.Options{Name: filepath.Join(t.TempDir(), "call")})
	take, end, err := r.NewUDPSocket(media)
	if err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	want := make([][]came, len(specs)+1)
	for _, c := range packets {
		p := rtp(c.seq, uint32(c.seq)*960, 50)
		p[1] = c.pt
		binary.BigEndian.PutUint32(p[8:], c.ssrc)
		take(p, begin.Add(c.at))
		want[c.wanted] = append(want[c.wanted], c)
	}
	end()
	files := closeAll(t, r).Files
	var received, others int64
	for i, f := range files {
		received += f.Received
		others += f.Others
		if f.Stored != f.Received {
			t.Errorf("%s: %+v", specs[i], f)
		}
		var got []came
		if f.Stored > 0 {
			for _, p := range read(t, f.Paths[0]).packets {
				got = append(got, came{p.Arrival, p.Data[1], binary.BigEndian.Uint16(p.Data[2:]), binary.BigEndian.Uint32(p.Data[8:]), i + 1})
			}
		}
		want := want[i+1]
		if len(want) > 0 {
			first := want[0].at
			for j := range want {
				want[j].at -= first
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d packets: %v\nwant %d: %v", specs[i], len(got), got, len(want), want)
		}
	}
	if received+others != int64(len(packets)) || others != int64(len(want[0])) {
		t.Errorf("%d packets: %d received, %d others, want %d", len(packets), received, others, len(want[0]))
	}
	return files
}

func TestSettle(t *testing.T) {
	const s = time.Second
	garbage := came{0, 5, 0x6C6C, 0x6F6F6F6F, 0}
	opus := came{s, 111, 65530, 7, 1}
	after := func(c came, at time.Duration, wanted int) came {
		c.at, c.wanted = at, wanted
		return c
	}
	renewed := came{40 * s, 109, 1, 8, 1}
	for name, c := range map[string]struct {
		packets []came
		leftOut int64
	}{
		"a packet that looks like RTP first": {append([]came{garbage}, run(50, opus)...), 1},
		"the second one lost":                {append(run(1, opus), run(50, came{s + 40*time.Millisecond, 111, 65532, 7, 1})...), 0},
		"one packet alone":                   {run(1, opus), 0},
		"two that do not follow each other":  {[]came{{0, 111, 1, 7, 1}, {s, 111, 3, 7, 1}, {2 * s, 109, 4, 7, 0}}, 1},
		"nine before two in sequence": {append([]came{
			{0, 1, 1, 1, 0}, {0, 2, 1, 1, 0}, {0, 3, 1, 1, 0}, {0, 4, 1, 1, 0}, {0, 5, 1, 1, 0},
			{0, 6, 1, 1, 0}, {0, 7, 1, 1, 0}, {0, 8, 1, 1, 0}, {0, 9, 1, 1, 0},
		}, run(5, opus)...), 9},
		"a sender that starts anew": {slices.Concat(run(5, opus), run(50, renewed)), 0},
		"a sender that starts anew at once": {slices.Concat(run(5, opus), run(245, after(renewed, 1100*time.Millisecond, 0)),
			run(50, came{7 * s, 109, 500, 8, 1})), 245},
		"a packet in a silence":      {slices.Concat(run(5, opus), []came{after(garbage, 30*s, 0)}, run(5, came{40 * s, 111, 65535, 7, 1})), 1},
		"a packet in a last silence": {slices.Concat(run(5, opus), []came{after(garbage, 30*s, 0)}), 1},
		"another stream all along": {slices.Concat(run(1, opus), run(1, came{s, 96, 1, 9, 0}), run(400, came{s, 111, 65531, 7, 1}),
			run(1, came{10 * s, 111, 900, 7, 1}), run(9, came{30 * s, 96, 2, 9, 0})), 10},
	} {
		t.Run(name, func(t *testing.T) {
			if got := takeAll(t, []string{"opus"}, c.packets)[0]; got.LeftOut != c.leftOut {
				t.Errorf("%d left out, want %d", got.LeftOut, c.leftOut)
			}
		})
	}
}

// TestSettleTwo: two media on one address take a type each, in the order in
// which they come, and keep it: nobody knows whose another one would be.
func TestSettleTwo(t *testing.T) {
	const addr = "udp://127.0.0.1:5004,"
	var mixed []came
	for i := range uint16(300) {
		at := time.Duration(i) * 20 * time.Millisecond
		mixed = append(mixed, came{at, 96, i, 1, 1}, came{at, 97, i, 2, 2})
	}
	files := takeAll(t, []string{addr + "opus", addr + "opus"}, slices.Concat(mixed, run(5, came{time.Minute, 98, 1, 3, 0})))
	if files[0].LeftOut != 5 {
		t.Errorf("%+v", files[0])
	}
	// What an SSRC or a type tells apart needs no waiting.
	takeAll(t, []string{addr + "opus,ssrc=2", addr + "opus@96"}, slices.Concat(
		run(1, came{0, 97, 1, 2, 1}), run(1, came{0, 96, 1, 2, 2}), run(1, came{0, 97, 2, 3, 0}), run(3, came{time.Second, 97, 2, 2, 1})))
}

// TestSettleRED: RED is told, so it waits for nothing, and is not the payload
// type beside it.
func TestSettleRED(t *testing.T) {
	takeAll(t, []string{"opus,red=63"}, slices.Concat(run(2, came{0, 63, 1, 7, 1}), run(2, came{time.Second, 111, 3, 7, 1}), run(2, came{2 * time.Second, 63, 5, 7, 1})))
}

// TestUDPGarbageFirst: a datagram that looks like RTP does not keep a
// recording from what comes then.
func TestUDPGarbageFirst(t *testing.T) {
	l := listenUDP(t, record.Options{}, "udp://127.0.0.1:0,opus")
	l.send(0, []byte("\x80\x05hello, world"))
	const n = 500
	for i := range n {
		l.send(0, rtp(uint16(i), uint32(i)*960, 50))
	}
	if got := l.close().Files[0]; got.Stored != n || got.Others != 1 || got.LeftOut != 1 {
		t.Errorf("%+v", got)
	}
}
