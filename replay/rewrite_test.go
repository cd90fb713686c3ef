package replay

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

const levelURI, orientationURI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level", "urn:3gpp:video-orientation"

// Header extensions are those that were negotiated, with their new ids. All
// others of the recording are gone.
func TestExtensions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := call(t, "plain-vp8-pause")
		all, tapes := sinks(s)
		all[0].Extensions = map[string]uint8{levelURI: 9, "urn:ietf:params:rtp-hdrext:sdes:mid": 4}
		all[1].Extensions = map[string]uint8{orientationURI: 15} // does not fit into one byte
		if err := NewPlayer(s, Options{}).Play(t.Context(), all); err != nil {
			t.Fatal(err)
		}
		for i, c := range []struct{ from, to uint8 }{{1, 9}, {13, 15}} {
			seen := 0
			for n, w := range ordered(t, s.Tracks()[i]) {
				want := w.Header.GetExtension(c.from)
				got := tapes[i].all()[n]
				if !bytes.Equal(got.GetExtension(c.to), want) {
					t.Fatalf("track %d packet %d: %x, want %x", i, n, got.GetExtension(c.to), want)
				}
				if ids := got.GetExtensionIDs(); len(ids) > 1 || want == nil && (len(ids) > 0 || got.Extension) {
					t.Fatalf("track %d packet %d: extensions %v", i, n, ids)
				}
				if want != nil {
					seen++
				}
				if _, err := got.Marshal(); err != nil {
					t.Fatal(err)
				}
			}
			if seen == 0 {
				t.Errorf("track %d: no extension was tested", i)
			}
		}
	})
}

// The frame numbers of dependency descriptors go on over jumps, and a key
// frame is known by its structure.
func TestDependencyDescriptor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, packets := load(t, corpus.Load(t, "rfc9605-vp8-mls").File(t, "video"))
		h.Extensions = map[int]string{12: dependencyURI}
		frame := uint16(65000)
		for i := range packets {
			var p rtp.Packet
			if err := p.Unmarshal(packets[i].Data); err != nil {
				t.Fatal(err)
			}
			b := []byte{0x80, byte(frame >> 8), byte(frame)}
			if frame%60 == 65000%60 {
				b = append(b, 0x80, 0x01)
			}
			p.ClearExtensions()
			if err := p.SetExtension(12, b); err != nil {
				t.Fatal(err)
			}
			if p.Marker {
				frame++
			}
			packets[i].Data, _ = p.Marshal()
		}
		r := openBytes(t, rebuild(t, h, packets), "described")
		if !r.KeyFramesVisible() || len(r.keys) < 4 {
			t.Fatalf("key frames %v", r.keys)
		}
		s := NewSession(r)
		all, tapes := sinks(s)
		all[0].Extensions = map[string]uint8{dependencyURI: 3}
		p := NewPlayer(s, Options{})
		done := make(chan error)
		go func() { done <- p.Play(t.Context(), all) }()
		for i := range 5 {
			rest(time.Second)
			p.Seek(time.Duration(9-2*i) * time.Second)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		got := tapes[0].all()
		for i := range got[1:] {
			step := uint16(0)
			if got[i].Marker {
				step = 1
			}
			a, b := got[i].GetExtension(3), got[i+1].GetExtension(3)
			if d := binary.BigEndian.Uint16(b[1:]) - binary.BigEndian.Uint16(a[1:]); d != step {
				t.Fatalf("packet %d: frame number steps by %d, want %d", i+1, d, step)
			}
		}
	})
}

func TestRED(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := corpus.Load(t, "plain-opus-red").File(t, "audio")
		h, packets := load(t, path)
		want := ordered(t, open(t, path))
		for _, c := range []struct {
			name      string
			encrypted bool
			redType   uint8
			sent      bool
		}{
			{"clear, to a receiver with RED", false, 50, true},
			{"clear, to a receiver without", false, 0, true},
			{"encrypted, to a receiver with RED", true, 50, true},
			{"encrypted, to a receiver without", true, 0, false},
		} {
			h.Encrypted = c.encrypted
			s := NewSession(openBytes(t, rebuild(t, h, packets), c.name))
			all, tapes := sinks(s)
			all[0].REDType = c.redType
			p := NewPlayer(s, Options{})
			if err := p.Play(t.Context(), all); err != nil {
				t.Fatal(err)
			}
			if st := p.Stats()[0]; c.sent != (st.Unsendable == 0) || st.Packets+st.Unsendable != int64(len(want)) {
				t.Errorf("%s: %+v", c.name, st)
			}
			unbroken(t, s.Tracks()[0], tapes[0].all())
			for i, got := range tapes[0].all() {
				blocks := want[i].Payload
				types := []byte{}
				n, ok := eachBlock(blocks, func(b []byte) { types = append(types, b[0]&0x7F) })
				if !ok || types[len(types)-1] != 111 {
					t.Fatalf("%s: packet %d is no RED: %x", c.name, i, blocks)
				}
				switch {
				case c.redType == 0:
					if got.PayloadType != 96 || !bytes.Equal(got.Payload, blocks[n:]) {
						t.Fatalf("%s: packet %d: type %d, %x", c.name, i, got.PayloadType, got.Payload)
					}
					continue
				case c.encrypted:
					if got.PayloadType != 50 || !bytes.Equal(got.Payload, blocks) {
						t.Fatalf("%s: packet %d was changed", c.name, i)
					}
					continue
				}
				if m, ok := eachBlock(got.Payload, func(b []byte) {
					if b[0]&0x7F != 96 {
						t.Fatalf("%s: packet %d: block of type %d", c.name, i, b[0]&0x7F)
					}
				}); !ok || m != n || !bytes.Equal(got.Payload[n:], blocks[n:]) {
					t.Fatalf("%s: packet %d: %x", c.name, i, got.Payload)
				}
			}
		}
	})
}

func TestPrimary(t *testing.T) {
	for _, c := range []struct {
		name string
		red  []byte
		want []byte
	}{
		{"primary alone", []byte{111, 1, 2}, []byte{1, 2}},
		{"one block before it", []byte{0x80 | 111, 0, 0, 2, 111, 9, 9, 1, 2}, []byte{1, 2}},
		{"empty", nil, nil},
		{"primary without bytes", []byte{111}, nil},
		{"block header cut short", []byte{0x80 | 111, 0, 0}, nil},
		{"no primary header", []byte{0x80 | 111, 0, 0, 0}, nil},
		{"block longer than the payload", []byte{0x80 | 111, 0, 3, 255, 111, 1}, nil},
	} {
		if got, ok := primary(c.red); !bytes.Equal(got, c.want) || ok != (c.want != nil) {
			t.Errorf("%s: %x, %v", c.name, got, ok)
		}
	}
}

// Picture ids of seven bits wrap at 128, and so do those that are rewritten.
func TestShortPictureIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := corpus.Load(t, "jitsi-vp8").File(t, "video")
		h, packets := load(t, path)
		for i := range packets {
			var p rtp.Packet
			if err := p.Unmarshal(packets[i].Data); err != nil {
				t.Fatal(err)
			}
			b := p.Payload
			if b[1]&0x80 == 0 || b[2]&0x80 == 0 {
				t.Fatalf("packet %d has no picture id of 15 bits", i)
			}
			p.Payload = append([]byte{b[0], b[1], b[3] & 0x7F}, b[4:]...)
			packets[i].Data, _ = p.Marshal()
		}
		s := NewSession(openBytes(t, rebuild(t, h, packets), filepath.Base(path)))
		tapes, _ := play(t, s, Options{Loop: true}, func(*Player, []*tape) { time.Sleep(2 * s.Duration()) })
		all := tapes[0].all()
		for i := range all[1:] {
			step := byte(0)
			if all[i].Marker {
				step = 1
			}
			if got, want := all[i+1].Payload[2], (all[i].Payload[2]+step)&0x7F; got != want {
				t.Fatalf("packet %d: picture id %d, want %d", i+1, got, want)
			}
		}
	})
}

func TestForwarded(t *testing.T) {
	all := Forwarded()
	all[0] = "changed"
	if Forwarded()[0] != levelURI || len(all) < 4 {
		t.Errorf("%q", Forwarded())
	}
}
