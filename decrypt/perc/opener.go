package perc

import (
	"fmt"
	"slices"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Options are the limits of an Opener.
type Options struct {
	// MaxROC bounds how far the rollover counter of a recording's first packet
	// may be from 0, or from "roc" of the key; 0 is 1024, which a sender of
	// 1,000 packets a second reaches in 18 hours.
	MaxROC int
}

const (
	defaultMaxROC = 1024
	maxSenders    = 1 << 10 // whose wraps are remembered
	maxHave       = 16      // SSRCs listed in a NoKeyError
)

// Opener opens the packets of one track. It serves one goroutine. It is a
// decrypt.PacketOpener.
type Opener struct {
	keys     []*key
	has      [forms]bool // forms that keys have
	filtered bool        // whether a key has an SSRC
	have     []uint64    // for NoKeyError

	ring    decrypt.Ring
	senders map[sender]rollover
	trial   trial

	// What the Ring searches, for the SSRCs that the last packet had.
	list   []int
	exact  bool
	listed bool
	ssrcs  [forms]uint32
}

// key is one entry of the key file.
type key struct {
	name    string
	form    form
	ssrc    *uint32
	start   uint32 // ROC
	session *session
}

// sender is a source of packets as it called itself.
type sender struct {
	form form
	ssrc uint32
}

// NewOpener makes an Opener from those keys of a key file that this package
// handles. An error names a key of a wrong length.
func NewOpener(keys []decrypt.Key, o Options) (*Opener, error) {
	switch {
	case o.MaxROC < 0:
		return nil, fmt.Errorf("perc: rollover counter %d at most", o.MaxROC)
	case o.MaxROC == 0:
		o.MaxROC = defaultMaxROC
	}
	op := &Opener{senders: make(map[sender]rollover)}
	op.ring.MaxStep = o.MaxROC
	for _, k := range keys {
		if !Handles(k.Alg) {
			continue
		}
		entry, err := newKey(k)
		if err != nil {
			return nil, err
		}
		op.add(entry)
	}
	op.trial.keys = op.keys
	return op, nil
}

func newKey(k decrypt.Key) (*key, error) {
	f, p := parseAlg(k.Alg)
	s, err := newSession(p, k.Secret)
	if err != nil {
		return nil, fmt.Errorf("perc: key %.64q: %w", k.ID, err)
	}
	e := &key{name: k.ID, form: f, ssrc: k.SSRC, session: s}
	if k.ROC != nil {
		e.start = *k.ROC
	}
	return e, nil
}

func (o *Opener) add(k *key) {
	o.keys = append(o.keys, k)
	o.has[k.form] = true
	// One short tag makes all candidates wait for a second packet. Packets
	// follow each other so fast that nothing is lost by it.
	o.ring.Confirm = o.ring.Confirm || k.session.profile.tag < shortTag
	if k.ssrc == nil {
		return
	}
	o.filtered = true
	if id := uint64(*k.ssrc); len(o.have) < maxHave && !slices.Contains(o.have, id) {
		o.have = append(o.have, id)
	}
}

// Tries is how many keys and rollover counters were tried so far, for reports
// and tests.
func (o *Opener) Tries() int64 { return o.ring.Tries() }

// Format prints no keys, whatever the verb.
func (o *Opener) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "perc: %d keys", len(o.keys)) }

// OpenPacket appends the sender's RTP packet to dst, which must not overlap
// packet. It leaves packet as it was, and keeps neither. On an error
// Result.Plain is dst; the errors are those of decrypt.Opener.
//
// KID of the result is the sender's SSRC and Counter its SRTP packet index,
// ROC and sequence number: together they must not come twice under a key.
func (o *Opener) OpenPacket(dst, packet []byte) (decrypt.Result, error) {
	none := decrypt.Result{Plain: dst}
	header, payload, err := parseRTP(packet)
	if err != nil {
		return none, err
	}
	t := &o.trial
	defer t.forget()
	readable := len(o.keys) == 0
	for f := range forms {
		if o.has[f] && t.read(f, header, payload, o.senders) {
			readable = true
		}
	}
	list := o.candidates()
	switch {
	case readable && len(list) == 0:
		return none, o.noKey()
	case !slices.ContainsFunc(list, t.fits):
		return none, fmt.Errorf("perc: payload of %d bytes is too short: %w", len(payload), decrypt.ErrFormat)
	}
	t.dst = slices.Grow(dst, len(packet)) // once for all tries
	found, adopted, err := o.ring.Open(uint64(ssrcOf(header)), list, o.exact, packet, t)
	if err != nil {
		clear(t.dst[len(dst):][:len(packet)]) // a match may not be confirmed yet
		return none, err
	}
	k := o.keys[found.Key]
	p := &t.inner[k.form]
	o.follow(sender{k.form, p.ssrc}, p.seq)
	return decrypt.Result{
		Plain: t.plain, Scheme: schemes[k.form], Key: k.name, KID: uint64(p.ssrc),
		Counter: uint64(t.roc)<<16 | uint64(p.seq), HasCounter: true, Adopted: adopted,
	}, nil
}

// follow notes a packet that was authenticated.
func (o *Opener) follow(s sender, seq uint16) {
	r, known := o.senders[s]
	if !known && len(o.senders) >= maxSenders {
		clear(o.senders)
	}
	r.follow(seq)
	o.senders[s] = r
}

// candidates lists the keys whose SSRC is the sender's, and then those that
// have none.
func (o *Opener) candidates() []int {
	ssrcs := o.trial.ssrcs()
	if o.listed && (!o.filtered || ssrcs == o.ssrcs) {
		return o.list
	}
	o.list, o.listed, o.ssrcs = o.list[:0], true, ssrcs
	for i, k := range o.keys {
		if k.ssrc != nil && *k.ssrc == ssrcs[k.form] {
			o.list = append(o.list, i)
		}
	}
	o.exact = len(o.list) == 1
	for i, k := range o.keys {
		if k.ssrc == nil {
			o.list = append(o.list, i)
		}
	}
	return o.list
}

func (o *Opener) noKey() error {
	f := lite
	if !o.has[lite] {
		f = double
	}
	return &decrypt.NoKeyError{Scheme: schemes[f], ID: uint64(o.trial.inner[f].ssrc), Have: o.have}
}
