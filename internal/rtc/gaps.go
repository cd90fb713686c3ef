package rtc

import (
	"slices"
	"time"
)

// repairIn is how long a packet that is missing may take to be sent again,
// several times if need be. A video that lacks one is of no use up to the next
// key frame.
const repairIn = time.Second

// maxGaps bounds how many missing packets are waited for, and maxJump how far
// sequence numbers can go on: what jumps farther is another stream.
const (
	maxGaps = 64
	maxJump = 1000
)

// gaps finds packets that are missing for good. Its zero value is ready.
type gaps struct {
	begun bool
	next  uint16 // the sequence number after the highest
	open  []gap  // the oldest first
	asked time.Time
}

type gap struct {
	seq   uint16
	since time.Time
}

// came takes a packet's sequence number, and tells whether a key frame is
// needed because others are given up. What was missing when one was asked for
// last needs no other.
func (g *gaps) came(seq uint16, now time.Time) bool {
	ahead := int(int16(seq - g.next))
	switch {
	case !g.begun || ahead > maxJump || ahead < -maxJump:
		g.begun, g.next, g.open = true, seq+1, g.open[:0]
	case ahead >= 0:
		for ; g.next != seq; g.next++ {
			if len(g.open) < maxGaps {
				g.open = append(g.open, gap{g.next, now})
			}
		}
		g.next++
	default:
		g.open = slices.DeleteFunc(g.open, func(m gap) bool { return m.seq == seq })
	}
	late := 0
	for late < len(g.open) && now.Sub(g.open[late].since) >= repairIn {
		late++
	}
	g.open = slices.Delete(g.open, 0, late)
	if late == 0 || now.Sub(g.asked) < repairIn {
		return false
	}
	g.asked = now
	return true
}
