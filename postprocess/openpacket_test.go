package postprocess

import (
	"errors"
	"io"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/mjr"
)

// late is a scheme per packet that opens nothing before its third packet, and
// never one that is damaged.
type late struct{ asked int }

func (l *late) OpenPacket(dst, p []byte) (decrypt.Result, error) {
	l.asked++
	switch {
	case p[0] == 'x':
		return decrypt.Result{Plain: dst}, decrypt.ErrAuth
	case l.asked < 3:
		return decrypt.Result{Plain: dst}, decrypt.ErrHold
	}
	return decrypt.Result{Plain: append(dst, p...), Adopted: l.asked == 3}, nil
}

type packetList []string

func (l *packetList) ReadPacket() (mjr.Packet, error) {
	if len(*l) == 0 {
		return mjr.Packet{}, io.EOF
	}
	p := mjr.Packet{Data: []byte((*l)[0])}
	*l = (*l)[1:]
	return p, nil
}

func TestPacketsThatWaitAreNotLost(t *testing.T) {
	r := &packetOpener{src: &packetList{"a", "b", "c", "x", "d"}, o: new(late)}
	var got string
	for {
		p, err := r.ReadPacket()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got += string(p.Data)
	}
	if got != "abcd" {
		t.Errorf("got packets %q, want abcd", got)
	}
	if r.report.Opened != 4 || r.report.NotAuth != 1 {
		t.Errorf("got %+v, want 4 opened and 1 not authentic", r.report)
	}
}

func TestPacketsThatWaitForEverAreCounted(t *testing.T) {
	const n = maxHeldPackets + 10
	src := make(packetList, n)
	for i := range src {
		src[i] = "a"
	}
	r := &packetOpener{src: &src, o: never{}}
	if _, err := r.ReadPacket(); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	if r.report.NotAuth != n || len(r.held) != 0 {
		t.Errorf("%d counted and %d held, want %d and none", r.report.NotAuth, len(r.held), n)
	}
}

type never struct{}

func (never) OpenPacket(dst, _ []byte) (decrypt.Result, error) {
	return decrypt.Result{Plain: dst}, decrypt.ErrHold
}
