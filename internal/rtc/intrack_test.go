package rtc

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
)

// connected is a track that is sent, and received.
func connected(t *testing.T, tracks []OutTrack, f Feedback) (out Out, in <-chan *InTrack, from, to *Peer) {
	t.Helper()
	sending, receiving := engine(t), engine(t)
	from, offer, err := sending.Offer(t.Context(), tracks, f)
	if err != nil {
		t.Fatal(err)
	}
	came := make(chan *InTrack, 1)
	to, answer, err := receiving.Receive(t.Context(), offer, ReceiveOptions{Track: func(in *InTrack) { came <- in }})
	if err != nil {
		t.Fatal(err)
	}
	if err := from.Answer(answer); err != nil {
		t.Fatal(err)
	}
	wait(t, "the connection", from.Connected())
	wait(t, "the other side's connection", to.Connected())
	return from.Outs()[0], came, from, to
}

func arrives[T any](t *testing.T, what string, c <-chan T) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("waited in vain: %s", what)
		panic("unreachable")
	}
}

// What a sender should not send ends no recording.
func TestForeignPackets(t *testing.T) {
	out, came, from, to := connected(t, []OutTrack{{
		Kind: "video", Codec: "vp8", ClockRate: 90000, Extensions: []string{sdp.TransportCCURI},
	}}, nil)
	write := func(seq uint16, change func(*rtp.Packet)) {
		t.Helper()
		p := packet(out, seq, 1, 2, 3)
		if change != nil {
			change(p)
		}
		if err := out.Writer.WriteRTP(p); err != nil {
			t.Fatal(err)
		}
	}
	unknown := func(p *rtp.Packet) { p.PayloadType = 77 }
	long := func(p *rtp.Packet) { p.Payload = bytes.Repeat([]byte{4}, 1800) }
	cut := func(p *rtp.Packet) { p.SetExtension(out.Extensions[sdp.TransportCCURI], []byte{1}) } // of two bytes
	write(1, nil)
	in := arrives(t, "the track", came)
	write(2, unknown)
	write(3, long)
	write(4, nil)
	write(5, unknown)
	write(6, cut)
	write(7, nil)
	buf := make([]byte, 1500)
	for _, want := range []struct {
		seq    uint16
		length int
	}{{1, 15}, {3, 1500}, {4, 15}, {7, 15}} {
		n, err := in.ReadRTP(buf)
		if err != nil {
			t.Fatalf("before packet %d: %v", want.seq, err)
		}
		var h rtp.Header
		if _, err := h.Unmarshal(buf[:n]); err != nil {
			t.Fatal(err)
		}
		if h.SequenceNumber != want.seq || n != want.length {
			t.Fatalf("got packet %d of %d bytes, want %d of %d", h.SequenceNumber, n, want.seq, want.length)
		}
	}
	if got := in.Foreign(); got != 3 {
		t.Errorf("counted %d packets that are not the track's, want 3", got)
	}
	from.Close()
	wait(t, "the other side to notice the end", to.Done())
	if _, err := in.ReadRTP(buf); err != io.EOF {
		t.Errorf("after the end: got %v, want %v", err, io.EOF)
	}
}
