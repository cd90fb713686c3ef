package mjr

import "slices"

// Arrange finds the files of each track among those of a session: one file, or
// the parts of a recording in their order. It returns their indexes in names,
// the tracks in the order of their first names, and for each file that is none
// of the parts that its name says the reason; it wraps ErrOther, or is what
// look returned.
//
// Names that begin alike are parts (SplitPart) if the header or the name of
// one of them says so. Only at those does it look: for the header, and whether
// the file is empty, see Reader.Empty.
func Arrange(names []string, look func(i int) (h Header, empty bool, err error)) (tracks [][]int, left []error) {
	left = make([]error, len(names))
	var stems []string
	named := make(map[string][]int)
	for i, name := range names {
		stem, _ := SplitPart(name)
		if _, ok := named[stem]; !ok {
			stems = append(stems, stem)
		}
		named[stem] = append(named[stem], i)
	}
	for _, stem := range stems {
		all := named[stem]
		if len(all) > 1 {
			if parts := join(names, all, left, look); parts != nil {
				tracks = append(tracks, parts)
				continue
			}
		}
		for _, i := range all {
			tracks = append(tracks, []int{i})
		}
	}
	return tracks, left
}

// candidate is a file that may be a part.
type candidate struct {
	index  int
	header Header
	number int
	empty  bool
	err    error
}

// join orders the parts among some files, and returns nil if none of them is
// one.
func join(names []string, files []int, left []error, look func(int) (Header, bool, error)) []int {
	var all []candidate
	parts := false
	for _, i := range files {
		c := candidate{index: i}
		c.header, c.empty, c.err = look(i)
		number, several := PartNumber(c.header, names[i])
		c.number, parts = number, parts || several
		all = append(all, c)
	}
	if !parts {
		return nil
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return a.number - b.number })
	why := make(map[int]error)
	var joined []int
	var chain Chain
	for _, c := range all {
		if c.err == nil && !c.empty {
			_, c.err = chain.Add(c.header, c.number)
		}
		switch {
		case c.err != nil:
			why[c.index] = c.err
		case !c.empty || len(joined) > 0: // the first one tells what the track is
			joined = append(joined, c.index)
		}
	}
	if len(joined) > 0 {
		for i, err := range why {
			left[i] = err
		}
	}
	return joined
}
