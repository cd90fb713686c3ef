package detect

import (
	"math"
	"slices"
)

// reading is what a scheme sees in one frame or packet.
type reading struct {
	ok   bool
	skip bool   // says nothing about this scheme: as if it were not there
	id   uint64 // of the key
	// stream stays the same from frame to frame.
	stream [2]uint64
	// counter rises from frame to frame. It is stored in width bits; 0 is a
	// scheme whose mark speaks for itself.
	counter uint64
	width   int
	// cipher is some of the ciphertext, if random tells that there is a nonce:
	// then frames in a row seldom share a byte of it.
	cipher [4]byte
	random bool
}

// Bits of evidence.
const (
	most   = 10.0 // that a step can be worth, so that no few frames convince
	unfit  = -6.0 // of a step that does not fit: after a loss, a change of key
	alike  = -6.0 // of each byte that ciphertexts share: a chance of one in 256
	enough = 60.0 // for a guess

	minFrames = 8
	maxStep   = 128 // frames of the sender's other tracks in between
)

// step is the evidence in how b follows a.
//
// A counter that rises by n in width bits is worth width - 1.5 - 1.5·log2(n):
// then what chance would win over all n stays below what it stakes.
func step(a, b reading) float64 {
	if !a.ok || !b.ok || a.stream != b.stream {
		return unfit
	}
	bits := most
	if b.width > 0 {
		n := b.counter - a.counter
		if n == 0 || n > maxStep {
			return unfit
		}
		bits = float64(b.width) - 1.5 - 1.5*math.Log2(float64(n))
		bits = min(most, max(unfit, bits))
	}
	for i := range b.cipher {
		if b.random && a.cipher[i] == b.cipher[i] {
			bits += alike
		}
	}
	return bits
}

// run is a stretch of frames as one scheme reads them.
type run struct {
	readings []reading
	bits     float64
}

func (r run) convinces() bool { return r.bits >= enough && len(r.readings) >= minFrames }

// steps counts the steps that fit.
func (r run) steps() int {
	n := 0
	for i := 1; i < len(r.readings); i++ {
		if step(r.readings[i-1], r.readings[i]) > unfit {
			n++
		}
	}
	return n
}

// strongest is the stretch with most evidence.
func strongest(readings []reading) run {
	readings = slices.DeleteFunc(readings, func(r reading) bool { return r.skip })
	var best run
	from, bits := 0, 0.0
	for i := 1; i < len(readings); i++ {
		if bits <= 0 {
			from, bits = i-1, 0
		}
		bits += step(readings[i-1], readings[i])
		if bits > best.bits {
			best = run{readings[from : i+1], bits}
		}
	}
	return best
}

// appendIDs appends the key ids that the run's frames name and ids lacks.
func (r run) appendIDs(ids []uint64) []uint64 {
	for _, f := range r.readings {
		if f.ok && len(ids) < maxIDs && !slices.Contains(ids, f.id) {
			ids = append(ids, f.id)
		}
	}
	return ids
}
