package rtc

import (
	"fmt"
	"iter"
	"net/netip"
	"strconv"
	"strings"

	"github.com/pion/webrtc/v4"
)

// AddCandidate takes what the other side has found after its description: the
// candidates in a fragment of RFC 8840, section 9. Those that lead nowhere from
// here are passed over, as RFC 9725, section 4.3.2, has it: of TCP, of RTCP
// alone, of another ICE session, and names. That there are no more (a line
// a=end-of-candidates) changes nothing.
//
// The error wraps ErrOffer where a line cannot be read, and where the session
// would have more than 200 candidates, those of its offer included: then none
// of the fragment is taken. It is ErrClosed after the session.
func (p *Peer) AddCandidate(fragment string) error {
	if len(fragment) > maxSDP {
		return fmt.Errorf("%w: a fragment of %d bytes is too long", ErrOffer, len(fragment))
	}
	var use []string
	n := 0
	for c := range candidateLines(fragment) {
		useful, err := readCandidate(c)
		if err != nil {
			return err
		}
		if useful {
			use = append(use, c)
		}
		n++
	}
	if err := p.count(n); err != nil {
		return err
	}
	for _, c := range use {
		if err := p.addCandidate(c); err != nil {
			return err
		}
	}
	return nil
}

// heard counts the candidates in the other side's description, which lines has
// found to be few enough.
func (p *Peer) heard(description string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range candidateLines(description) {
		p.candidates++
	}
}

// count counts candidates that come later.
func (p *Peer) count(n int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.done:
		return ErrClosed
	default:
	}
	if n > maxCandidates-p.candidates {
		return fmt.Errorf("%w: %d candidates more than the %d there are would be too many", ErrOffer, n, p.candidates)
	}
	p.candidates += n
	return nil
}

func (p *Peer) addCandidate(c string) (err error) {
	defer guard(&err)
	if err := p.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: c}); err != nil {
		return fmt.Errorf("%w: %v", ErrOffer, err)
	}
	return nil
}

// candidateLines are the values of such lines.
func candidateLines(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for l := range strings.Lines(text) {
			c, ok := strings.CutPrefix(strings.TrimRight(l, "\r\n"), "a=candidate:")
			if ok && !yield(c) {
				return
			}
		}
	}
}

// readCandidate reads as much of a candidate (RFC 8839, section 5.1) as tells
// whether anything can be sent to it from here:
//
//	foundation component transport priority address port "typ" type …
func readCandidate(text string) (useful bool, err error) {
	f := strings.Fields(text)
	if len(f) < 8 || f[6] != "typ" {
		return false, fmt.Errorf("%w: a candidate of %d words", ErrOffer, len(f))
	}
	component, err := strconv.ParseUint(f[1], 10, 16)
	if err != nil {
		return false, fmt.Errorf("%w: a candidate's component", ErrOffer)
	}
	if _, err := strconv.ParseUint(f[3], 10, 32); err != nil {
		return false, fmt.Errorf("%w: a candidate's priority", ErrOffer)
	}
	if _, err := strconv.ParseUint(f[5], 10, 16); err != nil {
		return false, fmt.Errorf("%w: a candidate's port", ErrOffer)
	}
	const rtp = 1 // RFC 8445, section 4: and of what is multiplexed with it
	_, notAddress := netip.ParseAddr(f[4])
	return component == rtp && strings.EqualFold(f[2], "udp") && notAddress == nil, nil
}
