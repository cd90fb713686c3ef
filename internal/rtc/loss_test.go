package rtc

import (
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// repairing sends packets again, as a player does from its recording.
type repairing struct {
	mu   sync.Mutex
	outs []Out
	sent int
}

func (r *repairing) KeyFrameRequest(int) {}

func (r *repairing) RTPTime(int, time.Time) (uint32, bool) { return 0, false }

func (r *repairing) Resend(track int, seqs []uint16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, seq := range seqs {
		if r.outs != nil {
			r.outs[track].Writer.WriteRTP(packet(r.outs[track], seq, byte(seq), 2))
			r.sent++
		}
	}
}

func (r *repairing) write(p *rtp.Packet) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.outs[0].Writer.WriteRTP(p)
}

// Every packet reaches the recorder, of video and of audio, though the network
// loses every seventh.
func TestLossIsRepaired(t *testing.T) {
	for _, kind := range []OutTrack{{Kind: "video", Codec: "vp8", ClockRate: 90000}, camera[0]} {
		t.Run(kind.Kind, func(t *testing.T) {
			sending, receiving := engine(t), engine(t)
			again := new(repairing)
			from, offer, err := sending.Offer(t.Context(), []OutTrack{kind}, again)
			if err != nil {
				t.Fatal(err)
			}
			tracks := make(chan *InTrack, 1)
			to, answer, err := receiving.Receive(t.Context(), only(offer, ""), ReceiveOptions{Track: func(in *InTrack) { tracks <- in }})
			if err != nil {
				t.Fatal(err)
			}
			r, answer := through(t, answer, everySeventh())
			if err := from.Answer(answer); err != nil {
				t.Fatal(err)
			}
			wait(t, "the connection", from.Connected())
			wait(t, "the other side's connection", to.Connected())
			again.mu.Lock()
			again.outs = from.Outs()
			again.mu.Unlock()
			const packets = 700
			got := make(chan uint16, 4*packets)
			go func() {
				in := <-tracks
				buf := make([]byte, 1500)
				for {
					n, err := in.ReadRTP(buf)
					if err != nil {
						close(got)
						return
					}
					var p rtp.Packet
					if p.Unmarshal(buf[:n]) == nil {
						got <- p.SequenceNumber
					}
				}
			}()
			missing := make(map[uint16]bool)
			pace := time.NewTicker(2 * time.Millisecond) // a sender's, not a wait
			defer pace.Stop()
			for seq := range uint16(packets) {
				<-pace.C
				if err := again.write(packet(again.outs[0], seq, byte(seq), 1)); err != nil {
					t.Fatal(err)
				}
				missing[seq] = true
			}
			// What comes last is asked for when something comes after it.
			late, after := time.After(patience), uint16(packets)
			for len(missing) > 0 {
				select {
				case seq := <-got:
					delete(missing, seq)
				case <-pace.C:
					if err := again.write(packet(again.outs[0], after)); err != nil {
						t.Fatal(err)
					}
					after++
				case <-late:
					t.Fatalf("%d of %d packets never came; %d were sent again", len(missing), packets, again.sent)
				}
			}
			again.mu.Lock()
			defer again.mu.Unlock()
			if r.dropped.Load() < packets/10 || again.sent == 0 {
				t.Errorf("the network lost %d, and %d were sent again: this tested nothing", r.dropped.Load(), again.sent)
			}
		})
	}
}

// everySeventh drops the first sending of every seventh packet.
func everySeventh() func([]byte) bool {
	n := 0
	return func([]byte) bool {
		n++
		return n%7 == 0
	}
}
