package ogg

import "github.com/mjrkit/mjrkit/postprocess/media"

// shortest is the shortest frame of Opus: gaps are filled in steps of it.
const shortest = rate / 400 // 2.5 ms

const maxPacket = rate * 120 / 1000

// fill puts packets of empty frames into a gap, and never more than the gap.
// RFC 7845, section 4.1: as long as may be with the frames of the last packet,
// then with shorter ones of its mode, and only at the end with another mode,
// as that may make a decoder forget what it conceals from.
func (w *writer) fill(gap int64) error {
	config := w.toc >> 3
	for c := config; ; c-- {
		if err := w.fillWith(c, &gap); err != nil {
			return err
		}
		if c == lowest(config) {
			break
		}
	}
	if gap < shortest || config >= firstCELT {
		return nil
	}
	return w.fillWith(celt(config), &gap)
}

// fillWith fills with frames of one configuration, and takes from the gap what
// it filled. A packet is the TOC and the number of its frames, none of which
// has any bytes:
//
//	 0 1 2 3 4 5 6 7   0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+ +-+-+-+-+-+-+-+-+
//	| config  |s|1 1| |0|0|   frames  |  RFC 6716, section 3.2.5
//	+-+-+-+-+-+-+-+-+ +-+-+-+-+-+-+-+-+
func (w *writer) fillWith(config byte, gap *int64) error {
	w.filler[0] = config<<3 | w.toc&4 | 3
	frame := frameLength(config)
	for *gap >= frame {
		n := min(*gap, maxPacket) / frame
		w.filler[1] = byte(n)
		if err := w.add(w.filler[:], n*frame); err != nil {
			return err
		}
		*gap -= n * frame
	}
	return nil
}

// Configurations of RFC 6716, section 3.1, table 2: of SILK (0 to 11) and CELT
// each bandwidth has four lengths of frames, of hybrid (12 to 15) two.
const (
	firstHybrid = 12
	firstCELT   = 16
)

// lowest is the configuration of the same mode and bandwidth with the shortest
// frames.
func lowest(config byte) byte {
	if config >= firstHybrid && config < firstCELT {
		return config &^ 1
	}
	return config &^ 3
}

// celt is the configuration of CELT with the shortest frames for the bandwidth
// of a SILK or hybrid one. It has no medium band; wide band holds all of it.
func celt(config byte) byte {
	switch {
	case config < 4: // narrow band
		return 16
	case config < firstHybrid: // medium and wide band
		return 20
	case config < 14: // super-wide band
		return 24
	}
	return 28
}

func frameLength(config byte) int64 {
	d, _ := media.OpusDuration([]byte{config << 3})
	return samples(d)
}
