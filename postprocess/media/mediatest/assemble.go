package mediatest

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// assemble joins the packets of one timestamp to a frame.
func assemble(t testing.TB, codec mjr.Codec, packets []packet) []media.Frame {
	t.Helper()
	join, ok := map[string]func([][]byte) []byte{
		"opus": joinOpus, "vp8": joinVP8, "vp9": joinVP9, "h264": joinH264, "av1": joinAV1,
	}[codec.Name]
	if !ok {
		t.Fatalf("mediatest: no frames are made of %s", codec.Name)
	}
	var frames []media.Frame
	first := packets[0].timestamp
	for len(packets) > 0 {
		n, payloads := 0, [][]byte(nil)
		for n < len(packets) && packets[n].timestamp == packets[0].timestamp {
			payloads = append(payloads, packets[n].payload)
			n++
		}
		ticks := time.Duration(int32(packets[0].timestamp - first))
		f := media.Frame{
			PTS:  ticks * time.Second / time.Duration(codec.ClockRate),
			Data: join(payloads),
		}
		f.Key = isKey(codec.Name, f.Data)
		if codec.Name == "opus" {
			f.Duration, _ = media.OpusDuration(f.Data)
		}
		frames = append(frames, f)
		packets = packets[n:]
	}
	return frames
}

func joinOpus(payloads [][]byte) []byte { return payloads[0] }

// joinVP8 strips the payload descriptor, RFC 7741, section 4.2.
func joinVP8(payloads [][]byte) []byte {
	var frame []byte
	for _, b := range payloads {
		n := 1
		if b[0]&0x80 != 0 { // X
			x := b[1]
			n++
			if x&0x80 != 0 { // I: one or two bytes
				n += 1 + int(b[n]>>7)
			}
			n += int(x>>6&1) + int((x>>5|x>>4)&1) // L, then T or K
		}
		frame = append(frame, b[n:]...)
	}
	return frame
}

// joinVP9 strips the payload descriptor of one spatial layer, RFC 9628,
// section 4.2.
func joinVP9(payloads [][]byte) []byte {
	var frame []byte
	for _, b := range payloads {
		d, n := b[0], 1
		flexible := d&0x10 != 0
		if d&0x80 != 0 { // I: one or two bytes
			n += 1 + int(b[n]>>7)
		}
		if d&0x20 != 0 { // L
			n++
			if !flexible {
				n++ // TL0PICIDX
			}
		}
		if flexible && d&0x40 != 0 { // P: up to three references
			for n++; b[n-1]&1 != 0; n++ {
			}
		}
		if d&0x02 != 0 { // V: scalability structure
			n += structure(b[n:])
		}
		frame = append(frame, b[n:]...)
	}
	return frame
}

func structure(b []byte) int {
	n := 1
	if b[0]&0x10 != 0 { // Y: a size for each layer
		n += 4 * (int(b[0]>>5) + 1)
	}
	if b[0]&0x08 != 0 { // G: a group of pictures
		pictures := int(b[n])
		for n++; pictures > 0; pictures-- {
			n += 1 + int(b[n]>>2&3)
		}
	}
	return n
}

// joinH264 makes an Annex B access unit of single NAL units, STAP-A and FU-A;
// RFC 6184, section 5.
func joinH264(payloads [][]byte) []byte {
	var frame []byte
	start := []byte{0, 0, 0, 1}
	for _, b := range payloads {
		switch b[0] & 31 {
		case 24:
			for b = b[1:]; len(b) > 0; {
				n := int(binary.BigEndian.Uint16(b))
				frame = append(append(frame, start...), b[2:2+n]...)
				b = b[2+n:]
			}
		case 28:
			if b[1]&0x80 != 0 {
				frame = append(append(frame, start...), b[0]&0xe0|b[1]&31)
			}
			frame = append(frame, b[2:]...)
		default:
			frame = append(append(frame, start...), b...)
		}
	}
	return frame
}

// joinAV1 makes a temporal unit with sizes and a delimiter, as encoders do,
// of the OBU elements; AV1 RTP payload format, section 4.
func joinAV1(payloads [][]byte) []byte {
	var obus [][]byte
	for _, b := range payloads {
		elements, continued := int(b[0]>>4&3), b[0]&0x80 != 0
		b = b[1:]
		for i := 1; len(b) > 0; i++ {
			n := len(b)
			if i != elements { // the last of a known number has no size
				size, k := binary.Uvarint(b)
				n, b = int(size), b[k:]
			}
			if continued {
				last := &obus[len(obus)-1]
				*last = append((*last)[:len(*last):len(*last)], b[:n]...)
			} else {
				obus = append(obus, b[:n])
			}
			continued = false
			b = b[n:]
		}
	}
	frame := []byte{0x12, 0} // temporal delimiter
	for _, o := range obus {
		head := 1 + int(o[0]>>2&1)
		frame = append(frame, o[0]|2)
		frame = append(frame, o[1:head]...)
		frame = binary.AppendUvarint(frame, uint64(len(o)-head))
		frame = append(frame, o[head:]...)
	}
	return frame
}
