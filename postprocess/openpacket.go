package postprocess

import (
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
}

func (r *packetOpener) ReadPacket() (mjr.Packet, error) {
	for {
		p, err := r.src.ReadPacket()
		if err != nil {
			return p, err
		}
		res, err := r.o.OpenPacket(r.buf[:0], p.Data)
		if err != nil {
			r.report.fail(err)
			continue
		}
		r.report.Opened++
		r.buf = keep(r.buf, res.Plain)
		p.Data = res.Plain
		return p, nil
	}
}
