package decrypt

// contents are those of the last maxContents frames, as hashes, by their
// places.
//
// Frames lie in a ring in the order in which they came. Those whose places
// end in the same bits are chained, newest first, by their numbers; a number
// that has left the ring ends its chain, so that nothing is ever removed. A
// map would cost twice as much for every frame.
type contents struct {
	ring   []content
	newest []uint64 // by the low bits of a place; 0: none
	last   uint64   // number of the frame added last; the first is 1
}

type content struct {
	place, hash uint64
	before      uint64 // in the chain
}

const maxContents = 1 << 16 // a power of 2

// find returns what lay at a place last.
func (c *contents) find(place uint64) (hash uint64, ok bool) {
	if c.last == 0 {
		return 0, false
	}
	for n := c.newest[place%maxContents]; n != 0 && c.last-n < maxContents; {
		one := &c.ring[n%maxContents]
		if one.place == place {
			return one.hash, true
		}
		n = one.before
	}
	return 0, false
}

// add forgets the oldest of too many.
func (c *contents) add(place, hash uint64) {
	if c.newest == nil {
		c.newest = make([]uint64, maxContents)
		c.ring = make([]content, 1, maxContents/64)
	}
	c.last++
	head := &c.newest[place%maxContents]
	one := content{place, hash, *head}
	*head = c.last
	if len(c.ring) < maxContents {
		c.ring = append(c.ring, one)
	} else {
		c.ring[c.last%maxContents] = one
	}
}
