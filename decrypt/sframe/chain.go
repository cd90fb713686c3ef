package sframe

// chain is the ratchet of one sender key: the base keys of its steps, made
// when they are asked for.
//
// A frame's key id may name any step, so it remembers every 32nd: no frame
// costs more than the ratchets that none before it had cost, and 31.
type chain struct {
	suite *suite
	marks [][]byte // base keys of the steps 0, 32, 64, …
	step  int      // where the last walk ended
	base  []byte   // the base key there
}

const stride = 32

func newChain(s *suite, base []byte) *chain {
	return &chain{suite: s, marks: [][]byte{base}, base: base}
}

// key is the base key at a step.
func (c *chain) key(step int) ([]byte, error) {
	if mark := min(step/stride, len(c.marks)-1); c.step > step || c.step < mark*stride {
		c.step, c.base = mark*stride, c.marks[mark]
	}
	for c.step < step {
		next, err := c.suite.ratchet(c.base)
		if err != nil {
			return nil, err
		}
		c.step, c.base = c.step+1, next
		if c.step == len(c.marks)*stride {
			c.marks = append(c.marks, next)
		}
	}
	return c.base, nil
}
