package postprocess

import (
	"bytes"
	"errors"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/mjr"
)

// packetOpener opens the packets of a per-packet scheme, before they are put
// in order: the numbers that count are inside.
type packetOpener struct {
	src    mjr.PacketReader
	o      decrypt.PacketOpener
	buf    []byte // backs the packet last opened
	report PacketReport

	held  []mjr.Packet // copies of those that wait for the search
	ready []mjr.Packet // opened after a wait, next first
}

// maxHeldPackets bounds those that wait: fewer than a window puts in order.
const maxHeldPackets = 1024

func (r *packetOpener) ReadPacket() (mjr.Packet, error) {
	for {
		if len(r.ready) > 0 {
			p := r.ready[0]
			r.ready = r.ready[1:]
			return p, nil
		}
		p, err := r.src.ReadPacket()
		if err != nil {
			r.giveUp(len(r.held))
			return p, err
		}
		res, err := r.o.OpenPacket(r.buf[:0], p.Data)
		switch {
		case errors.Is(err, decrypt.ErrHold):
			r.hold(p)
			continue
		case err != nil:
			r.report.fail(err)
			continue
		}
		r.report.Opened++
		r.buf = keep(r.buf, res.Plain)
		p.Data = res.Plain
		if !res.Adopted || len(r.held) == 0 {
			return p, nil
		}
		r.retry()
		p.Data = bytes.Clone(p.Data)
		r.ready = append(r.ready, p)
	}
}

// hold keeps a packet until the key or the rollover counter is found.
func (r *packetOpener) hold(p mjr.Packet) {
	if len(r.held) == maxHeldPackets {
		r.giveUp(1)
	}
	p.Data = bytes.Clone(p.Data)
	r.held = append(r.held, p)
}

// retry opens the packets that waited; those that do not open yet go on
// waiting.
func (r *packetOpener) retry() {
	r.held = slices.DeleteFunc(r.held, func(p mjr.Packet) bool {
		res, err := r.o.OpenPacket(nil, p.Data)
		switch {
		case errors.Is(err, decrypt.ErrHold):
			return false
		case err != nil:
			r.report.fail(err)
		default:
			r.report.Opened++
			p.Data = res.Plain
			r.ready = append(r.ready, p)
		}
		return true
	})
}

// giveUp counts the oldest n of those that wait.
func (r *packetOpener) giveUp(n int) {
	for range n {
		r.report.fail(decrypt.ErrHold)
	}
	r.held = slices.Delete(r.held, 0, n)
}
