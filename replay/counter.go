package replay

// counter rewrites a number that rises from frame to frame, so that it goes on
// over jumps: picture ids, TL0PICIDX, frame numbers. Between jumps it keeps
// the steps of the source.
type counter struct {
	begun bool
	shift uint16 // of the source's numbers
	last  uint16
}

// next is what goes out for a number of the source with so many values; jump
// says that the frame does not go on from the one before.
func (c *counter) next(source, mask uint16, jump bool) uint16 {
	switch {
	case !c.begun:
		c.begun, c.shift = true, 0
	case jump:
		c.shift = c.last + 1 - source
	}
	c.last = (source + c.shift) & mask
	return c.last
}
