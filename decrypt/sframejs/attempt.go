package sframejs

import "github.com/mjrkit/mjrkit/decrypt"

// attempt is a frame as the Ring tries it. To the Ring a key in one reading
// is another than the same key in the other: number key*readings+reading.
type attempt struct {
	keys     []*key
	frame    []byte
	readings [readings]reading
}

// read finds the readings that the frame has, and reports whether it has any.
func (a *attempt) read(kind decrypt.Kind) bool {
	a.readings[wholly] = read(a.frame, 0, kind)
	a.readings[skipped] = reading{}
	if kind == decrypt.Video && len(a.frame) > 0 {
		a.readings[skipped] = read(a.frame, clearBytes(a.frame[0]), kind)
	}
	return a.readings[wholly].ok || a.readings[skipped].ok
}

// Try implements decrypt.Trier: one HMAC.
func (a *attempt) Try(i, step int) bool {
	r := &a.readings[i%readings]
	if !r.ok { // a candidate known from other frames under this id
		return false
	}
	sealed, tag := a.frame[r.clear:r.tag], a.frame[r.tag:r.tag+r.tagLen]
	return a.keys[i/readings].at(step).authentic(sealed, tag)
}

// choose fills the list of candidates for the frame, exact ones first, and
// returns the reading whose key id the frame goes under.
func (o *Opener) choose(m decrypt.Meta) (first int) {
	rs := &o.attempt.readings
	other := readings - 1 - o.layout
	first = o.layout
	otherNamed := rs[other].ok && len(o.named[rs[other].id]) > 0
	if !rs[first].ok || otherNamed && len(o.named[rs[first].id]) == 0 {
		first = other
	}
	q := ask{first: first, kind: m.Kind, ssrc: m.SSRC, filled: true}
	for i, r := range rs {
		q.ids[i], q.ok[i] = r.id, r.ok
	}
	if q == o.listed {
		return first
	}
	o.listed, o.list = q, o.list[:0]
	both := [readings]int{first, readings - 1 - first}
	for _, i := range both {
		o.offer(o.named[rs[i].id], i, m)
	}
	o.exact = len(o.list) == 1
	for _, i := range both {
		o.offer(o.loose, i, m)
	}
	return first
}

// offer lists keys for one reading.
func (o *Opener) offer(keys []int, i int, m decrypt.Meta) {
	if !o.attempt.readings[i].ok {
		return
	}
	for _, n := range keys {
		k := o.keys[n]
		if k.fits(m) && (k.skip == nil || m.Kind != decrypt.Video || *k.skip == (i == skipped)) {
			o.list = append(o.list, n*readings+i)
		}
	}
}
