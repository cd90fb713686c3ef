package postprocess

import (
	"errors"
	"time"

	"github.com/mjrkit/mjrkit/decrypt"
)

// count takes down an opened frame and when it was sent.
func (r *FrameReport) count(res decrypt.Result, at time.Duration) {
	r.Opened++
	r.Scheme = res.Scheme
	if r.Keys == nil {
		r.Keys = make(map[string]int64)
	}
	r.Keys[res.Key]++
	r.MaxStep = max(r.MaxStep, res.Step)
	r.Unauthenticated = r.Unauthenticated || res.Unauthenticated
	if res.ClearDiffers {
		r.ClearDiffers++
	}
	switch res.Signature {
	case decrypt.Unsigned:
		r.Signatures.Unsigned++
	case decrypt.Unverified:
		r.Signatures.Unverified++
	case decrypt.Verified:
		r.Signatures.Verified++
	case decrypt.BadSignature:
		r.Signatures.Bad++
	}
	r.span(KeySpan{Key: res.Key, KID: res.KID, Step: res.Step, From: at, To: at, Frames: 1})
}

// keepClear takes down a frame that is accepted as clear.
func (r *FrameReport) keepClear(at time.Duration) {
	r.ClearKept++
	r.span(KeySpan{Clear: true, From: at, To: at, Frames: 1})
}

// span goes on with the last run, or begins the one of a frame.
func (r *FrameReport) span(one KeySpan) {
	if n := len(r.Spans); n > 0 && r.SpansMore == 0 {
		s := &r.Spans[n-1]
		if s.Clear == one.Clear && s.Key == one.Key && s.KID == one.KID && s.Step == one.Step {
			s.From, s.To = min(s.From, one.From), max(s.To, one.To)
			s.Frames++
			return
		}
	}
	if len(r.Spans) == MaxSpans {
		r.SpansMore++
		return
	}
	r.Spans = append(r.Spans, one)
}

// failure is why a frame or a packet did not open.
type failure uint8

const (
	malformed failure = iota
	notAuth
	noKey
	inClear
)

// classify reads what an Opener answered: the failure, and the id that has no
// key. Whatever else it says, the bytes are not of the scheme.
func classify(err error) (failure, uint64) {
	switch {
	case errors.Is(err, decrypt.ErrAuth), errors.Is(err, decrypt.ErrHold):
		return notAuth, 0
	case errors.Is(err, decrypt.ErrClear):
		return inClear, 0
	}
	if missing := (*decrypt.NoKeyError)(nil); errors.As(err, &missing) {
		return noKey, missing.ID
	}
	return malformed, 0
}

// fail takes down a frame that did not open.
func (r *FrameReport) fail(err error) {
	switch why, id := classify(err); why {
	case notAuth:
		r.NotAuth++
	case noKey:
		countID(&r.NoKey, &r.NoKeyMore, id)
	case inClear:
		r.Clear++
	default:
		r.Malformed++
	}
}

// fail takes down a packet that did not open.
func (r *PacketReport) fail(err error) {
	switch why, id := classify(err); why {
	case notAuth:
		r.NotAuth++
	case noKey:
		countID(&r.NoKey, &r.NoKeyMore, id)
	case inClear:
		r.Clear++
	default:
		r.Malformed++
	}
}

// countID counts an id that came from a file, of which there may be billions.
func countID(ids *map[uint64]int64, more *int64, id uint64) {
	if *ids == nil {
		*ids = make(map[uint64]int64)
	}
	if _, ok := (*ids)[id]; !ok && len(*ids) >= MaxIDs {
		*more++
		return
	}
	(*ids)[id]++
}

func sumIDs(ids map[uint64]int64, more int64) int64 {
	for _, n := range ids {
		more += n
	}
	return more
}
