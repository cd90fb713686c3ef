package perc

import "encoding/binary"

// trial is a packet while candidates are tried on it. A Ring's step counts on
// from the rollover counter that the key starts with.
type trial struct {
	keys  []*key
	inner [forms]srtp
	wraps [forms]rollover // of the inner packets' senders
	dst   []byte

	plain []byte // of the last candidate that opened it
	roc   uint32 // its rollover counter
}

// read takes a packet apart in one form, and reports whether it can be one.
func (t *trial) read(f form, header, payload []byte, senders map[sender]rollover) bool {
	p := &t.inner[f]
	p.unwrap(f, header, payload)
	t.wraps[f] = senders[sender{f, p.ssrc}]
	return p.ok
}

// forget lets go of the caller's buffers.
func (t *trial) forget() {
	t.dst, t.plain = nil, nil
	for f := range t.inner {
		t.inner[f].body = nil
	}
}

// ssrcs are the senders' SSRCs, one for each form to read the packet in.
func (t *trial) ssrcs() (s [forms]uint32) {
	for f := range t.inner {
		s[f] = t.inner[f].ssrc
	}
	return s
}

// fits reports whether the packet can be one of a key's.
func (t *trial) fits(i int) bool {
	k := t.keys[i]
	p := &t.inner[k.form]
	return p.ok && len(p.body) >= k.session.profile.tag && (k.ssrc == nil || *k.ssrc == p.ssrc)
}

// Skip implements decrypt.Skipper.
func (t *trial) Skip(i, step int) bool {
	k := t.keys[i]
	_, ok := t.wraps[k.form].roc(k.start, step, t.inner[k.form].seq)
	return !ok || !t.fits(i)
}

// Try implements decrypt.Trier.
func (t *trial) Try(i, step int) bool {
	if t.Skip(i, step) {
		return false
	}
	k := t.keys[i]
	p := &t.inner[k.form]
	roc, _ := t.wraps[k.form].roc(k.start, step, p.seq)
	plain, ok := k.session.open(append(t.dst, p.header...), p.header, p.body, index{p.ssrc, roc, p.seq})
	if !ok {
		return false
	}
	t.plain, t.roc = plain, roc
	return true
}

func ssrcOf(header []byte) uint32 { return binary.BigEndian.Uint32(header[8:]) }
