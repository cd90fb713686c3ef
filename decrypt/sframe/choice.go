package sframe

import "github.com/mjrkit/mjrkit/decrypt"

// choice is what the key file offers for one key id, and what of it opened
// frames.
type choice struct {
	kid uint64
	// Keys with short tags are searched apart: see Opener.search.
	long, short candidates
	shortFirst  bool
	minTag      int
	opened      [maxOpened]opened // most recent first
}

// candidates are keys as indexes into Opener.entries, those first that name
// the key id.
type candidates struct {
	keys  []int
	exact bool // the first is the only one that names it
	turns int  // how often a ratchet's step may be counted on by 2^R
}

// opened is a derived key that opened a frame.
type opened struct {
	box       *box // nil is a free place
	key, step int
}

const (
	maxOpened  = 8       // derived keys remembered a key id
	maxChoices = 1 << 12 // key ids remembered
	maxListed  = 1 << 20 // candidates remembered over all key ids
)

// choiceID is what candidates hang on. SSRC and kind are zero unless a key of
// the file makes a difference by them.
type choiceID struct {
	kid  uint64
	ssrc uint32
	kind decrypt.Kind
}

// choose finds or makes the choice for a frame. A file that names more key ids
// than any call has makes it forget and start over.
func (o *Opener) choose(kid uint64, m decrypt.Meta) *choice {
	id := choiceID{kid: kid}
	if o.bySSRC {
		id.ssrc = m.SSRC
	}
	if o.byKind {
		id.kind = m.Kind
	}
	if o.last != nil && o.lastID == id {
		return o.last
	}
	c := o.choices[id]
	if c == nil {
		if o.choices == nil || len(o.choices) >= maxChoices || o.listed >= maxListed {
			o.choices, o.listed = make(map[choiceID]*choice), 0
		}
		c = o.newChoice(kid, m)
		o.choices[id] = c
		o.listed += len(c.long.keys) + len(c.short.keys)
	}
	o.last, o.lastID = c, id
	return c
}

func (o *Opener) newChoice(kid uint64, m decrypt.Meta) *choice {
	c := &choice{kid: kid}
	for _, r := range o.rules {
		for _, i := range o.named[name{r, r.id(kid)}] {
			o.offer(c, i, m)
		}
	}
	long, short := len(c.long.keys), len(c.short.keys)
	c.long.exact = long == 1 && short == 0
	c.short.exact = short == 1 && long == 0
	for _, i := range o.unnamed {
		o.offer(c, i, m)
	}
	return c
}

// offer lists a key unless a filter or the bound of ratchets is against it.
func (o *Opener) offer(c *choice, i int, m decrypt.Meta) {
	e := o.entries[i]
	turns := e.maxTurns(c.kid, o.maxRatchet)
	if !e.meets(m) || turns < 0 {
		return
	}
	list := &c.long
	if e.suite.short() {
		list = &c.short
	}
	list.keys = append(list.keys, i)
	list.turns = max(list.turns, turns)
	if c.minTag == 0 || e.suite.tag < c.minTag {
		c.minTag = e.suite.tag
	}
}

// find returns the derived key if it opened a frame before.
func (c *choice) find(key, step int) *box {
	for i := range c.opened {
		if p := &c.opened[i]; p.box != nil && p.key == key && p.step == step {
			return p.box
		}
	}
	return nil
}

// keep remembers a derived key that opened a frame.
func (c *choice) keep(b *box, key, step int) {
	if c.opened[0].box == b {
		return
	}
	n := 1
	for n < maxOpened-1 && c.opened[n].box != nil && c.opened[n].box != b {
		n++
	}
	copy(c.opened[1:n+1], c.opened[:n])
	c.opened[0] = opened{box: b, key: key, step: step}
}
