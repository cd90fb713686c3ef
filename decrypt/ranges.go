package decrypt

import "slices"

// span is the counters from lo to hi, both included.
type span struct{ lo, hi uint64 }

// ranges is a set of counters, as spans in rising order with a gap between
// each two. Counters that come in order are one span.
type ranges []span

// maxRanges bounds the spans of a set, 16 bytes each.
const maxRanges = 1 << 12

// find is the first span that does not end before v.
func (r ranges) find(v uint64) int {
	if n := len(r); n == 0 || r[n-1].hi < v {
		return n
	}
	i, _ := slices.BinarySearchFunc(r, v, func(s span, v uint64) int {
		if s.hi < v {
			return -1
		}
		return 1
	})
	return i
}

func (r ranges) has(v uint64) bool {
	i := r.find(v)
	return i < len(r) && r[i].lo <= v
}

// add adds a counter that the set does not have. A full set forgets the lower
// half of its spans first.
func (r ranges) add(v uint64) ranges {
	i := r.find(v)
	after := i > 0 && r[i-1].hi+1 == v
	before := i < len(r) && r[i].lo-1 == v
	switch {
	case after && before:
		r[i-1].hi = r[i].hi
		return slices.Delete(r, i, i+1)
	case after:
		r[i-1].hi = v
		return r
	case before:
		r[i].lo = v
		return r
	}
	if len(r) == maxRanges {
		r = slices.Delete(r, 0, maxRanges/2)
		i = r.find(v)
	}
	return slices.Insert(r, i, span{v, v})
}
