package decrypt

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// KeySet is the content of a key file: a JWK Set (RFC 7517, section 5).
type KeySet struct {
	Keys []Key // in the order of the file
	// SIFTrailer is the trailer of server-injected frames of a whole room
	// (LiveKit), for keys that have none of their own.
	SIFTrailer []byte
	// Warnings name what was skipped or looks wrong, without key material.
	Warnings []string

	madeUp map[string]bool // kids that no file has
}

// Bounds of a key file. At the most keys, an entry has 256 bytes on average,
// about what one takes.
const (
	maxKeyFile  = 16 << 20
	maxKeys     = 1 << 16
	maxWarnings = 100
)

// ParseKeys reads a key file: a JWK Set, or one JWK on its own.
//
// Entries of a kty or alg that no scheme here knows are skipped with a
// warning, since files hold keys for many tools. Everything else that is
// wrong is an error: a kid used twice, a key whose length the scheme excludes,
// a point that is not on its curve, a number out of range.
//
// Neither errors nor warnings show values of members other than names, as a
// key may stand in the wrong place.
func ParseKeys(r io.Reader) (*KeySet, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("reading keys: %w", err)
	}
	if len(data) > maxKeyFile {
		return nil, fmt.Errorf("key file of more than %d bytes", maxKeyFile)
	}
	var top map[string]json.RawMessage
	if err := json.Unmarshal(data, &top); err != nil {
		return nil, jsonError(err)
	}
	p := parser{kids: make(map[string]bool)}
	switch keys, ok := top["keys"]; {
	case ok:
		err = p.entries(keys)
	case top["kty"] != nil:
		err = p.entry(1, top)
	default:
		err = errors.New(`neither a JWK Set ("keys") nor a JWK ("kty")`)
	}
	if err != nil {
		return nil, err
	}
	if top["keys"] != nil {
		if p.set.SIFTrailer, err = roomTrailer(top); err != nil {
			return nil, err
		}
	}
	return p.finish(), nil
}

// jsonError says where the JSON is broken and not how: the standard library
// quotes what it found, and that may be part of a key.
func jsonError(err error) error {
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		return fmt.Errorf("not JSON at byte %d", syntax.Offset)
	}
	return errors.New("not a JSON object")
}

// roomTrailer is sif_trailer at the top level of a set, with or without
// "e2ee" around it.
func roomTrailer(top map[string]json.RawMessage) ([]byte, error) {
	m := members{raw: top}
	inner := m.object("e2ee")
	trailer, outer := m.base64("sif_trailer"), inner.base64("sif_trailer")
	if err := cmp.Or(m.err, inner.err); err != nil {
		return nil, err
	}
	if trailer != nil && outer != nil && !bytes.Equal(trailer, outer) {
		return nil, errors.New("two different sif_trailer at the top level")
	}
	if trailer == nil {
		trailer = outer
	}
	return trailer, nil
}

// parser collects the entries of one key file.
type parser struct {
	set      KeySet
	kids     map[string]bool // kids that the file itself gives
	nameless []int           // entries of set.Keys without a kid
	numbers  []int           // of set.Keys: which entry of the file it was
	unlisted int             // warnings beyond maxWarnings
}

func (p *parser) entries(keys json.RawMessage) error {
	dec := json.NewDecoder(bytes.NewReader(keys))
	if t, err := dec.Token(); err != nil || t != json.Delim('[') {
		return errors.New(`"keys" is not an array`)
	}
	for n := 1; dec.More(); n++ {
		if n > maxKeys {
			return fmt.Errorf("more than %d keys", maxKeys)
		}
		var raw map[string]json.RawMessage
		if err := dec.Decode(&raw); err != nil || raw == nil {
			return fmt.Errorf("entry %d is not an object", n)
		}
		if err := p.entry(n, raw); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) warn(format string, args ...any) {
	if len(p.set.Warnings) == maxWarnings {
		p.unlisted++
		return
	}
	p.set.Warnings = append(p.set.Warnings, fmt.Sprintf(format, args...))
}

// finish names the nameless, now that all other names are known.
func (p *parser) finish() *KeySet {
	s := &p.set
	s.madeUp = make(map[string]bool, len(p.nameless))
	for _, i := range p.nameless {
		kid := unused(fmt.Sprintf("key %d", p.numbers[i]), p.kids)
		s.Keys[i].ID = kid
		p.kids[kid], s.madeUp[kid] = true, true
	}
	p.lookAround()
	if p.unlisted > 0 {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d more warnings", p.unlisted))
	}
	return s
}

// lookAround warns of keys that do not go together.
func (p *parser) lookAround() {
	verifies := make(map[string]bool)
	for _, k := range p.set.Keys {
		verifies[k.ID] = k.Public != nil
	}
	senders := make(map[string]Key)
	for _, k := range p.set.Keys {
		if canVerify, ok := verifies[k.Verify]; k.Verify != "" && !ok {
			p.warn("key %.64q: verify names a key that the file does not have", k.ID)
		} else if k.Verify != "" && !canVerify {
			p.warn("key %.64q: verify names a key that is no EC key", k.ID)
		}
		if k.Alg != "MEDOOZE-SFRAME" || k.KeyID == nil {
			continue
		}
		// SFrame.js repeats key stream where two senders have one key.
		old, ok := senders[string(k.Secret)]
		if ok && *old.KeyID != *k.KeyID {
			p.warn("keys %.64q and %.64q: one secret for two senders, whose frames it does not protect from each other", old.ID, k.ID)
		}
		senders[string(k.Secret)] = k
	}
}

// unused is name, or name with a number behind it that makes it new.
func unused(name string, taken map[string]bool) string {
	fresh := name
	for n := 2; taken[fresh]; n++ {
		fresh = fmt.Sprintf("%s (%d)", name, n)
	}
	return fresh
}
