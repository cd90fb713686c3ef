package stream

import (
	"bytes"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
)

// seeds is some payloads of each codec, of real recordings.
func seeds(t testing.TB) map[string][][]byte {
	all := make(map[string][][]byte)
	for _, c := range []struct{ codec, name, kind string }{
		{"vp8", "plain-vp8-identity", "video"},
		{"vp8", "sframe-vp8", "video"},
		{"vp9", "plain-vp9", "video"},
		{"h264", "plain-h264", "video"},
		{"h264", "livekit-h264", "video"},
		{"av1", "plain-av1", "video"},
		{"opus", "plain-opus-red", "audio"},
	} {
		packets, _ := drain(t, &slice{packets: load(t, corpus.Load(t, c.name).File(t, c.kind))}, Options{})
		for _, p := range packets[:min(len(packets), 12)] {
			all[c.codec] = append(all[c.codec], p.payload)
		}
	}
	for _, d := range descriptors { // no browser here sends H.265
		all[d.codec] = append(all[d.codec], unhex(t, d.payload))
	}
	for _, codec := range []string{"vp8", "vp9", "h264", "h265", "av1", "opus"} {
		if len(all[codec]) == 0 {
			t.Fatalf("no seeds of %s", codec)
		}
	}
	return all
}

func FuzzDescriptor(f *testing.F) {
	codecs := []string{"vp8", "vp9", "h264", "h265", "av1", "opus", "none"}
	for i, codec := range codecs {
		for _, payload := range seeds(f)[codec] {
			f.Add(uint8(i), payload, i%2 == 0)
		}
	}
	f.Fuzz(func(t *testing.T, codec uint8, payload []byte, marker bool) {
		name := codecs[int(codec)%len(codecs)]
		before := bytes.Clone(payload)
		d, err := ParseDescriptor(name, payload, marker)
		if !bytes.Equal(payload, before) {
			t.Error("the payload was written to")
		}
		if err != nil {
			if d != (Descriptor{}) {
				t.Errorf("%+v beside the error %v", d, err)
			}
			return
		}
		if d.Len < 0 || d.Len > len(payload) {
			t.Fatalf("descriptor of %d bytes in a payload of %d", d.Len, len(payload))
		}
		if d.PictureID >= 0 && (d.PictureIDAt < 0 || d.PictureIDAt+d.PictureIDLen > d.Len) {
			t.Errorf("picture id at %d in a descriptor of %d", d.PictureIDAt, d.Len)
		}
		if d.TL0PICIDX >= 0 && (d.TL0PICIDXAt < 1 || d.TL0PICIDXAt >= d.Len || payload[d.TL0PICIDXAt] != byte(d.TL0PICIDX)) {
			t.Errorf("TL0PICIDX at %d in a descriptor of %d", d.TL0PICIDXAt, d.Len)
		}
		if d.Unit == UnitAggregate {
			return
		}
		// The descriptor alone tells the same, and so does any media.
		n := d.Len
		if d.Unit == UnitSingle {
			n = min(2, len(payload))
		}
		for i := n; i < len(payload); i++ {
			before[i] ^= 0xFF
		}
		if again, err := ParseDescriptor(name, before, marker); err != nil || again != d {
			t.Errorf("got %+v, %v before other media, want %+v", again, err, d)
		}
	})
}

// script turns packets into other packets, an operation a byte or more:
// copies, swaps, losses, shifts of all that a header says.
func script(packets []mjr.Packet, ops []byte) []mjr.Packet {
	next := func() int {
		if len(ops) == 0 {
			return 0
		}
		b := ops[0]
		ops = ops[1:]
		return int(b)
	}
	for len(ops) > 0 && len(packets) > 0 && len(packets) < 2000 {
		op, i := next(), next()*len(packets)/256
		j := min(len(packets), i+1+next())
		part := packets[i:j]
		switch op % 16 {
		case 0:
			packets = append(packets, part...)
		case 1:
			packets = append(packets[:i:i], packets[j:]...)
		case 2:
			shuffle(part, uint64(next()))
		case 3:
			shift(part, next()<<8|next(), 0, 0)
		case 4:
			shift(part, 0, int64(next()<<24|next()<<8), 0)
		case 5:
			shift(part, 0, 0, time.Duration(int8(next()))<<next()%63)
		case 6:
			setSSRC(part, uint32(next()))
		case 7:
			noArrival(part)
		case 8:
			n := next()<<8 | next()
			shift(part, n, int64(n)*frame, time.Duration(n)*20*time.Millisecond)
		case 9:
			for k := range part {
				part[k].Data = part[k].Data[:min(len(part[k].Data), 20)]
			}
		case 10:
			at, x := next(), byte(next())
			for k, p := range part {
				part[k].Data = bytes.Clone(p.Data)
				if at < len(p.Data) {
					part[k].Data[at] ^= x
				}
			}
		case 11:
			n := next()
			for k := range part {
				part[k].Data = part[k].Data[:min(len(part[k].Data), n)]
			}
		case 12:
			packets = append(append([]mjr.Packet{}, part...), packets...)
		case 13:
			n := next() % len(packets)
			packets = append(append(append([]mjr.Packet{}, packets[n:]...), part...), packets[:n]...)
		case 14:
			for k := range part {
				part[k].Arrival = time.Duration(next()) << next() % 63
			}
		case 15:
			for k, p := range part {
				// One byte more: a packet cut to nothing by 11 has a last one too.
				part[k].Data = append(bytes.Clone(p.Data), make([]byte, 1+next())...)
				part[k].Data[len(part[k].Data)-1] = byte(next())
				part[k].Data[0] |= 0x20
			}
		}
	}
	return packets
}

func FuzzReorder(f *testing.F) {
	var files [][]mjr.Packet
	for _, c := range []struct{ name, kind string }{
		{"plain-opus-red", "audio"},
		{"plain-vp8-loss", "video"},
		{"plain-vp8-loss", "audio"},
		{"plain-vp8-pause", "audio"},
		{"jitsi-vp8", "audio"},
	} {
		packets := load(f, corpus.Load(f, c.name).File(f, c.kind))
		if len(packets) < 400 {
			f.Fatalf("%s: only %d packets", c.name, len(packets))
		}
		files = append(files, packets[:400])
	}
	for i := range files {
		f.Add(uint8(i), uint16(DefaultWindow), []byte(nil))
		f.Add(uint8(i), uint16(i), []byte{2, 0, 255, 1, 0, 10, 20})
		f.Add(uint8(i), uint16(64), []byte{3, 128, 255, 200, 1, 4, 128, 255, 99, 9, 0, 0, 255})
		f.Add(uint8(i), uint16(16), []byte{6, 128, 255, 1, 6, 200, 3, 2, 12, 100, 50})
		f.Add(uint8(i), uint16(64), []byte{11, 60, 200, 0, 15, 60, 200, 0, 7})
		f.Add(uint8(i), uint16(300), []byte{8, 128, 255, 250, 1, 9, 30, 5, 15, 60, 5, 3, 7, 1, 200, 90})
	}
	f.Fuzz(func(t *testing.T, file uint8, window uint16, ops []byte) {
		packets := script(append([]mjr.Packet{}, files[int(file)%len(files)]...), ops)
		all, r := drain(t, &reuse{slice: slice{packets: packets}}, Options{Window: int(window), ClockRate: rate0})
		if r.Read != int64(len(packets)) {
			t.Errorf("%d packets read of %d", r.Read, len(packets))
		}
		if r.PauseTotal < 0 {
			t.Errorf("paused for %v", r.PauseTotal)
		}
		for i, p := range all {
			if p.Time < r.FirstTime || p.Time > r.LastTime {
				t.Fatalf("packet %d at %d, outside of %d to %d", i, p.Time, r.FirstTime, r.LastTime)
			}
			if i > 0 && all[i-1].Time-p.Time > 2*backSeconds*rate0 {
				t.Fatalf("packet %d at %d after %d", i, p.Time, all[i-1].Time)
			}
		}
	})
}
