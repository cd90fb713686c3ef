package record_test

import (
	"encoding/binary"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// wantPackets wants the packets of a track in a file, all from the first.
func wantPackets(t *testing.T, rec recording, track byte, n int) {
	t.Helper()
	if len(rec.packets) != n {
		t.Errorf("%d packets, want %d", len(rec.packets), n)
	}
	for i, p := range rec.packets {
		payload := p.Data[len(p.Data)-40:]
		if got := binary.BigEndian.Uint16(p.Data[2:]); int(got) != i || binary.BigEndian.Uint16(payload) != got || payload[2] != track {
			t.Fatalf("packet %d is number %d of track %d", i, got, payload[2])
		}
	}
}

// TestWHIPSeveralPublishers: each has its own files, whole when it has left,
// and is told of.
func TestWHIPSeveralPublishers(t *testing.T) {
	s := newStudio(t, record.Options{}, record.WHIPOptions{})
	queries := []string{"", "?e2ee=1", "?e2ee=0"}
	names := []string{"call", "call-2", "call-3"}
	const n = 200
	var guests []*guest
	for i, q := range queries { // one by one, so that their numbers are known
		g := newGuest(s)
		g.add("audio/opus")
		g.add("video/VP8")
		g.publish(q)
		g.send(0, 1)
		s.received(names[i]+"-audio-0", 1)
		guests = append(guests, g)
	}
	const lump = n / 10 // no more than a socket holds
	for sent := 1; sent <= n; sent += lump {
		for _, g := range guests {
			g.send(0, min(lump, n-sent))
			g.send(1, lump)
		}
		for _, name := range names {
			s.received(name+"-audio-0", int64(min(sent+lump, n)))
			s.received(name+"-video-1", int64(sent+lump-1))
		}
	}
	for i, g := range guests {
		g.leave()
		for k, kind := range []string{"-audio-0", "-video-1"} {
			rec := read(t, filepath.Join(s.dir, names[i]+kind+".mjr"))
			wantPackets(t, rec, byte(k), n)
			if want := i == 1; rec.header.Encrypted != want {
				t.Errorf("%s%s: encrypted %v, want %v", names[i], kind, rec.header.Encrypted, want)
			}
			if own := string(rec.header.Unknown[record.Member]); !strings.Contains(own, `"mid":"`) {
				t.Errorf("no mid in %s", own)
			}
		}
	}
	if all, now := s.whip.Publishers(); all != 3 || now != 0 {
		t.Errorf("%d publishers, %d now", all, now)
	}
	changes := s.told()
	if len(changes) != 6 {
		t.Fatalf("told %+v", changes)
	}
	for i, c := range changes {
		if c.Publisher != i%3 || c.Ended != (i > 2) || c.Encrypted != (i%3 == 1) || c.Err != nil || len(c.Files) != 2*(i/3) {
			t.Errorf("told %+v", c)
		}
	}
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	report := closeAll(t, s.recorder)
	for _, f := range report.Files {
		if f.Stored != n || f.Lost != 0 || !f.Done {
			t.Errorf("%+v", f)
		}
	}
}

// TestWHIPOperatorsFlag: what the operator says is encrypted stays so.
func TestWHIPOperatorsFlag(t *testing.T) {
	s := newStudio(t, record.Options{Encrypted: true}, record.WHIPOptions{})
	g := newGuest(s)
	g.add("audio/opus")
	g.publish("?e2ee=0")
	g.send(0, 1)
	s.received("call-audio-0", 1)
	g.leave()
	if !read(t, filepath.Join(s.dir, "call-audio-0.mjr")).header.Encrypted {
		t.Error("not marked as encrypted")
	}
	if c := s.told(); len(c) != 2 || !c[0].Encrypted || !c[1].Encrypted {
		t.Errorf("told %+v", c)
	}
}

// TestWHIPFlag: a recording is rather marked than not.
func TestWHIPFlag(t *testing.T) {
	for query, want := range map[string]bool{
		"": false, "e2ee=1": true, "e2ee=0": false, "e2ee=false": false, "e2ee=true": true, "e2ee": true, "x=1": false, "x=1&e2ee=1": true,
	} {
		q, err := url.ParseQuery(query)
		if got := record.SaysEncrypted(q); err != nil || got != want {
			t.Errorf("%q: %v, %v", query, got, err)
		}
	}
}

// TestWHIPSimulcast: a file for each layer.
func TestWHIPSimulcast(t *testing.T) {
	s := newStudio(t, record.Options{}, record.WHIPOptions{})
	g := newGuest(s)
	g.add("video/VP8", "q", "h", "f")
	g.publish("")
	for i, rid := range []string{"q", "h", "f"} {
		g.send(i, 50)
		s.received("call-video-0-"+rid, 50)
	}
	g.leave()
	for i, rid := range []string{"q", "h", "f"} {
		rec := read(t, filepath.Join(s.dir, "call-video-0-"+rid+".mjr"))
		wantPackets(t, rec, byte(i), 50)
		if own := string(rec.header.Unknown[record.Member]); !strings.Contains(own, `"rid":"`+rid+`"`) || rec.header.Codec != "vp8" {
			t.Errorf("%s: %s, %s", rid, rec.header.Codec, own)
		}
	}
}

// TestWHIPVanishes: the files of a publisher that is not heard of any more
// become whole, and nobody else notices.
func TestWHIPVanishes(t *testing.T) {
	s := newStudio(t, record.Options{}, record.WHIPOptions{})
	one, two := newGuest(s), newGuest(s)
	for _, g := range []*guest{one, two} {
		g.add("audio/opus")
		g.publish("")
		g.send(0, 20)
		until(t, "the first packet", func() bool { all, _ := s.whip.Publishers(); return all > 0 && g == one || all == 2 })
	}
	s.received("call-audio-0", 20)
	one.socket.Close() // the cable is cut: it cannot say goodbye
	until(t, "the end", func() bool { return len(s.told()) == 3 })
	c := s.told()[2]
	if c.Publisher != 0 || !c.Ended || c.Err == nil || !strings.Contains(c.Err.Error(), "vanished") {
		t.Errorf("told %+v", c)
	}
	wantPackets(t, read(t, filepath.Join(s.dir, "call-audio-0.mjr")), 0, 20)
	two.send(0, 20)
	s.received("call-2-audio-0", 40)
	if err := s.stop(); err != nil {
		t.Error(err)
	}
	wantPackets(t, read(t, filepath.Join(s.dir, "call-2-audio-0.mjr")), 0, 40)
	if c := s.told()[3]; c.Err != nil {
		t.Errorf("the recorder's end is no error: %+v", c)
	}
}
