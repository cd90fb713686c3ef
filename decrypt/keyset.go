package decrypt

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Merge adds the keys of another file. A key that s has already is ignored; a
// kid that s has for a different key is an error, and then s is as it was. A
// key without a kid of its own gets another name where the one made up for it
// is taken.
func (s *KeySet) Merge(other *KeySet) error {
	merged := KeySet{
		Keys:       slices.Clone(s.Keys),
		SIFTrailer: s.SIFTrailer,
		Warnings:   slices.Concat(s.Warnings, other.Warnings),
		madeUp:     make(map[string]bool),
	}
	maps.Copy(merged.madeUp, s.madeUp)
	switch {
	case s.SIFTrailer == nil:
		merged.SIFTrailer = other.SIFTrailer
	case other.SIFTrailer != nil && !bytes.Equal(s.SIFTrailer, other.SIFTrailer):
		return errors.New("two different sif_trailer for all keys: give each key its own")
	}
	at := make(map[string]int, len(s.Keys)) // where a kid stands in merged
	taken := make(map[string]bool)
	for i, k := range s.Keys {
		at[k.ID], taken[k.ID] = i, true
	}
	for _, k := range other.Keys {
		taken[k.ID] = true
	}
	for _, k := range other.Keys {
		switch i, clash := at[k.ID]; {
		case clash && merged.Keys[i].equal(k):
			continue
		case clash && other.madeUp[k.ID]:
			k.ID = unused(k.ID, taken)
			merged.madeUp[k.ID] = true
		case clash && merged.madeUp[k.ID]:
			merged.Keys[i].ID = unused(k.ID, taken)
			taken[merged.Keys[i].ID], merged.madeUp[merged.Keys[i].ID] = true, true
			delete(merged.madeUp, k.ID)
		case clash:
			return fmt.Errorf("key %.64q is here twice, with different contents", k.ID)
		case other.madeUp[k.ID]:
			merged.madeUp[k.ID] = true
		}
		taken[k.ID], at[k.ID] = true, len(merged.Keys)
		merged.Keys = append(merged.Keys, k)
	}
	*s = merged
	return nil
}

// equal compares all that a key file says of two keys.
func (k Key) equal(o Key) bool {
	if (k.Public == nil) != (o.Public == nil) || k.Public != nil && !k.Public.Equal(o.Public) {
		return false
	}
	k.Public, o.Public = nil, nil
	return reflect.DeepEqual(k, o)
}

// Select keeps the keys that fit frames of a kind and of a sender, in order.
// A key without a filter fits all. With sender "" nothing is known of who
// sent the frames, and keys of any sender fit.
func Select(keys []Key, kind Kind, sender string) []Key {
	var fit []Key
	for _, k := range keys {
		kindFits := k.Kind == "" || k.Kind == kind.String()
		senderFits := k.Sender == "" || sender == "" || k.Sender == sender
		if kindFits && senderFits {
			fit = append(fit, k)
		}
	}
	return fit
}
