package mjr

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrOther says that a file is no part of the recording that it was to be
// joined to.
var ErrOther = errors.New("not a part of the same recording")

// SplitPart takes apart the name of a file that holds a part:
//
//	call-audio-0.p002.mjr    call-audio-0, 2
//	call-audio-0.mjr.tmp     call-audio-0, 0
//
// The number is 0 where the name has none. The stem is what the names of all
// parts of one recording begin with.
func SplitPart(name string) (stem string, number int) {
	stem = strings.TrimSuffix(strings.TrimSuffix(name, ".tmp"), ".mjr")
	i := strings.LastIndex(stem, ".p")
	if i < 0 {
		return stem, 0
	}
	digits := stem[i+2:]
	const most = 7 // digits of maxPart
	if len(digits) > most || strings.Trim(digits, "0123456789") != "" {
		return stem, 0
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > maxPart {
		return stem, 0
	}
	return stem[:i], n
}

// PartNumber is the number of a part, from 1 on, and whether there is reason
// to take the file for one of several: by its header, else by its name.
func PartNumber(h Header, name string) (number int, several bool) {
	if n := h.Origin().Part; n > 0 {
		return n, true
	}
	if _, n := SplitPart(name); n > 0 {
		return n, true
	}
	return 1, false
}

// maxSpan is how long a recording lasts at most: what is beyond is nonsense.
const maxSpan = 10 * 366 * 24 * time.Hour

// Chain judges whether files are the parts of one recording. They are added in
// the order of their numbers; the first one that tells what it holds is the
// measure of the others.
type Chain struct {
	first  Header
	origin Origin
	begun  bool
	number int // of the part added last
	// When the first part began that tells, and the last one.
	from, last time.Time
}

// Add puts a part with header h and this number behind those before it, and
// returns how many are missing in front of it. The error wraps ErrOther; then
// the file is to be left out, and the Chain goes on without it.
func (c *Chain) Add(h Header, number int) (missing int, err error) {
	if err := c.judge(h, number); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrOther, err)
	}
	if !c.begun {
		c.first, c.origin, c.begun = h, h.Origin(), true
	}
	missing = max(number-c.number-1, 0)
	c.number = number
	if u := h.FirstFrame; !u.IsZero() {
		if c.from.IsZero() {
			c.from = u
		}
		c.last = u
	}
	return missing, nil
}

func (c *Chain) judge(h Header, number int) error {
	f, o := &c.first, h.Origin()
	switch {
	case h.Kind == KindUnknown || h.Codec == "":
		return errors.New("its header does not tell what it holds")
	case !c.begun:
		return nil
	case h.Kind != f.Kind:
		return fmt.Errorf("%s, not %s", h.Kind, f.Kind)
	case h.Codec != f.Codec:
		return fmt.Errorf("codec %q, not %q", h.Codec, f.Codec)
	case h.Encrypted != f.Encrypted || h.PERC != f.PERC:
		return errors.New("the flags for end-to-end encryption differ")
	case h.REDType != f.REDType:
		return fmt.Errorf("RED payload type %d, not %d", h.REDType, f.REDType)
	case o.MID != c.origin.MID || o.RID != c.origin.RID:
		return fmt.Errorf("medium %q %q, not %q %q", o.MID, o.RID, c.origin.MID, c.origin.RID)
	}
	if a, b := began(f, c.origin), began(&h, o); !a.IsZero() && !b.IsZero() && !a.Equal(b) {
		return fmt.Errorf("of a recording that began at %s, not at %s", b.Format(time.RFC3339Nano), a.Format(time.RFC3339Nano))
	}
	if number <= c.number {
		return fmt.Errorf("part %d is there already", number)
	}
	if u := h.FirstFrame; !u.IsZero() && !c.from.IsZero() && (u.Before(c.last) || u.Sub(c.from) > maxSpan) {
		return fmt.Errorf("it began at %s, the part before it at %s", u.Format(time.RFC3339Nano), c.last.Format(time.RFC3339Nano))
	}
	return nil
}

// began is when the first part of a recording began, as far as one of its
// parts tells.
func began(h *Header, o Origin) time.Time {
	switch {
	case !o.Start.IsZero():
		return o.Start
	case o.Part == 0 && !o.empty():
		return h.FirstFrame // it is the first one
	}
	return time.Time{}
}

// empty: no recorder of ours wrote this.
func (o Origin) empty() bool { return o.Software == "" }
