package detect

import (
	"fmt"
	"strings"

	"github.com/mjrkit/mjrkit/decrypt"
)

// Guess is what a track looks like.
type Guess struct {
	// Scheme is "sframe" (RFC 9605), "medooze" (SFrame.js), "jitsi-gcm",
	// "jitsi-jframe-ctr", "jitsi-hips", "livekit", "xor-demo", "dave",
	// "perc-lite" or "srtp-double"; "" is in clear, or none of these.
	Scheme string
	// Detail tells more in words: "key index 3", "key ids 5, 6".
	Detail string
	// IDs are the key ids or indexes that the frames name, in the order of
	// appearance, at most 16.
	IDs []uint64
	// Sure: many frames agree, and no other scheme would read them as well.
	// Even then it is only how they look.
	Sure bool
}

const (
	maxIDs    = 16
	sureSteps = 30
)

// Detector looks at the frames of one track. The zero Detector is ready.
type Detector struct {
	frames  window[frame]
	packets window[packet]
}

// Add shows the next frame, whole and as it was recorded. It keeps nothing of
// b. Of a long track the first and the last 64 frames count.
func (d *Detector) Add(b []byte, m decrypt.Meta) { d.frames.add(newFrame(b, m)) }

// AddPacket shows the next RTP packet as it was recorded, for the schemes that
// encrypt packets; what is none is ignored. It keeps nothing of b.
func (d *Detector) AddPacket(b []byte) {
	if p, ok := newPacket(b); ok {
		d.packets.add(p)
	}
}

// scheme is a way to read frames or packets.
type scheme struct {
	name string
	what string // its ids are called; "" if frames name none
	note string // for Guess.Detail
	read func(*frame) reading
}

var frameSchemes = []scheme{
	{"xor-demo", "key id", "", xor},
	{"dave", "", "", dave},
	{"jitsi-gcm", "key index", "", jitsiGCM},
	{"livekit", "key index", "", liveKit},
	{"jitsi-hips", "key index", "", hips},
	{rfcName, "key id", "", rfc9605},
	{medoozeName, "key id", "", medooze},
	{medoozeName, "key id", "behind clear bytes", medoozeSkip},
	{"jitsi-jframe-ctr", "key index", "", jframe},
}

const rfcName, medoozeName = "sframe", "medooze"

// found is a scheme that has enough evidence.
type found struct {
	scheme
	run   run // the one with most evidence
	ids   []uint64
	steps int // that fit, in all runs
}

// Guess tells what the track looks like so far. More may be added after it.
func (d *Detector) Guess() Guess {
	var all []found
	frames := d.frames.stretches()
	for _, s := range frameSchemes {
		all = look(all, s, frames, s.read)
	}
	packets := d.packets.stretches()
	all = look(all, scheme{name: "perc-lite"}, packets, percLite)
	all = look(all, scheme{name: "srtp-double"}, packets, double)
	if len(all) == 0 {
		return Guess{}
	}
	best := all[0]
	for _, f := range all[1:] {
		if f.run.bits > best.run.bits {
			best = f
		}
	}
	best, other := tell(best, all)
	return best.guess(other)
}

// look appends what one scheme makes of a row, if there is enough of it.
func look[T any](all []found, s scheme, stretches [][]T, read func(*T) reading) []found {
	f := found{scheme: s}
	for _, stretch := range stretches {
		readings := make([]reading, len(stretch))
		for i := range stretch {
			readings[i] = read(&stretch[i])
		}
		r := strongest(readings)
		if !r.convinces() {
			continue
		}
		f.ids = r.appendIDs(f.ids)
		f.steps += r.steps()
		if r.bits > f.run.bits {
			f.run = r
		}
	}
	if f.steps > 0 {
		all = append(all, f)
	}
	return all
}

// tell decides between RFC 9605 and SFrame.js where both can be: the KID 1
// with a counter of several bytes looks like a counter of one byte behind a
// longer key id, for 256 frames. The one that more frames fit is right; at a
// tie SFrame.js only where the recording begins with its counter, as that
// begins at 0, and other is true.
func tell(best found, all []found) (_ found, other bool) {
	var rfc, medooze *found
	for i := range all {
		switch {
		case all[i].name == rfcName:
			rfc = &all[i]
		case all[i].name == medoozeName && all[i].note == "":
			medooze = &all[i]
		}
	}
	switch {
	case rfc == nil || medooze == nil || best.name != rfcName && best.name != medoozeName:
		return best, false
	case rfc.steps > medooze.steps:
		return *rfc, false
	case rfc.steps < medooze.steps:
		return *medooze, false
	case medooze.run.readings[0].counter < 8:
		return *medooze, true
	}
	return *rfc, true
}

func (f found) guess(other bool) Guess {
	g := Guess{Scheme: f.name, Sure: f.steps >= sureSteps && !other}
	var details []string
	// The first XOR demonstration had ciphertext where a key id is now.
	if scattered := f.name == "xor-demo" && len(f.ids) > 4; f.what != "" && !scattered {
		g.IDs = f.ids
		details = append(details, named(f.what, f.ids))
	}
	if f.note != "" {
		details = append(details, f.note)
	}
	if other {
		details = append(details, "or another of the SFrame family")
	}
	g.Detail = strings.Join(details, ", ")
	return g
}

// named is "key id 5" or "key ids 5, 6".
func named(what string, ids []uint64) string {
	if len(ids) == 1 {
		return fmt.Sprintf("%s %d", what, ids[0])
	}
	all := strings.Trim(fmt.Sprint(ids), "[]")
	return strings.Replace(what, "index", "indexe", 1) + "s " + strings.ReplaceAll(all, " ", ", ")
}
