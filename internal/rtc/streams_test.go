package rtc

import (
	"testing"

	"github.com/pion/rtcp"
)

// A peer that sends ever new streams is ended, whatever names them.
func TestTooManyStreams(t *testing.T) {
	for name, send := range map[string]func(from *Peer, n uint32) error{
		"SSRCs of RTP": func(from *Peer, n uint32) error {
			o := from.Outs()[0]
			o.SSRC = n
			return o.Writer.WriteRTP(packet(o, 1, 2, 3))
		},
		"SSRCs that RTCP names": func(from *Peer, n uint32) error {
			return from.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{SenderSSRC: 1, MediaSSRC: n}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			sending, receiving := engine(t), engine(t)
			from, to, _ := pair(t, sending, receiving)
			for n := uint32(1); ; n++ {
				select {
				case <-to.Done():
					if err := to.Err(); err != errStreams {
						t.Fatalf("got %v, want %v", err, errStreams)
					}
					return
				default:
				}
				if n == 1<<20 {
					t.Fatal("a million streams were taken")
				}
				if err := send(from, n); err != nil {
					wait(t, "the end", to.Done()) // which it has told us of
				}
			}
		})
	}
}
