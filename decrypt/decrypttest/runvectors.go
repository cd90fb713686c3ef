package decrypttest

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// VectorConfig is how a scheme opens the vectors of a file.
type VectorConfig struct {
	File string // in testdata/vectors
	// Only keeps the vectors of one Scheme, for files that hold several
	// packages' work; "" is all. The others count as LeftOut.
	Only string
	// Keys are what a key file would have for the vector: with kid, kty, alg.
	// They reach Opener by way of a key file that is written and read.
	Keys func(testing.TB, Vector) []decrypt.Key
	// Opener is made of those keys as the product makes it.
	Opener func(testing.TB, Vector, []decrypt.Key) decrypt.Opener
	// Another is a second frame under the vector's key and ratchet step, for
	// schemes whose short tags must be confirmed by one. It is asked for when
	// the vector itself is held back for good.
	Another func(testing.TB, Vector, []decrypt.Key) []byte
	// Look checks more of a result than RunVectors does, such as counters.
	Look func(testing.TB, Vector, decrypt.Result)
	// Own runs a vector in another way, and says so: packets, injected frames.
	Own func(testing.TB, Vector) bool
	// Want must be what the file came to, so that nothing is left out unseen.
	Want Counts
}

// Counts is what became of a file's vectors.
type Counts struct {
	Opened       int // to the plaintext
	Undetectable int // opened to other bytes, as expected
	Refused      int // as expected
	Unsent       int // the library's sender had refused: encrypted is null
	Own          int // see VectorConfig.Own
	Observations int
	LeftOut      int // see VectorConfig.Only
}

// RunVectors opens every vector of a file with a fresh Opener, a subtest each.
func RunVectors(t *testing.T, c VectorConfig) {
	var got Counts
	missed := 0 // by go test -run with a part of the names
	for _, v := range Vectors(t, c.File) {
		switch {
		case v.Observation:
			got.Observations++
			continue
		case c.Only != "" && v.Scheme != c.Only:
			got.LeftOut++
			continue
		}
		missed++
		t.Run(v.ID, func(t *testing.T) {
			missed--
			switch {
			case c.Own != nil && c.Own(t, v):
				got.Own++
			case v.Expect.Error == "sender":
				got.Unsent++
			default:
				c.vector(t, v, &got)
			}
		})
	}
	if missed == 0 && got != c.Want {
		t.Errorf("%s came to %+v, want %+v", c.File, got, c.Want)
	}
}

// vector runs one frame. Nothing is counted that failed.
func (c VectorConfig) vector(t *testing.T, v Vector, got *Counts) {
	keys := throughFile(t, c.Keys(t, v))
	contract := Config{Unauthenticated: v.Scheme == "xor-demo"}
	o := c.Opener(t, v, keys)
	for _, before := range v.Before {
		open(t, contract, o, before, v.Meta)
	}
	res, err := patiently(t, contract, o, v)
	if errors.Is(err, decrypt.ErrHold) && v.Expect.OK && c.Another != nil {
		if _, err := open(t, contract, o, c.Another(t, v, keys), v.Meta); err != nil {
			t.Errorf("%s: the second frame: %v", v.Title, err)
		}
		res, err = open(t, contract, o, v.Encrypted, v.Meta)
	}
	switch {
	case !v.Expect.OK:
		if v.refuses(t, err) {
			got.Refused++
		}
	case err != nil:
		t.Errorf("%s: %v", v.Title, err)
	case v.Expect.Undetectable:
		if bytes.Equal(res.Plain, v.Plaintext) {
			t.Errorf("%s: opened to the plaintext, other bytes were expected", v.Title)
		}
		got.Undetectable++
	case !bytes.Equal(res.Plain, v.Expect.Plaintext):
		t.Errorf("%s: got %x, want %x", v.Title, res.Plain, v.Expect.Plaintext)
	default:
		v.details(t, res)
		if c.Look != nil {
			c.Look(t, v, res)
		}
		got.Opened++
	}
}

// patiently opens a frame again and again while a search for its key or step
// goes on.
func patiently(t testing.TB, c Config, o decrypt.Opener, v Vector) (decrypt.Result, error) {
	t.Helper()
	var res decrypt.Result
	err := decrypt.ErrHold
	for n := 0; n < 300 && errors.Is(err, decrypt.ErrHold); n++ {
		res, err = open(t, c, o, v.Encrypted, v.Meta)
	}
	return res, err
}

// refuses checks the error against the vector's. A search that never ends is
// a refusal too: whether steps further on would open cannot be known.
func (v Vector) refuses(t testing.TB, err error) bool {
	t.Helper()
	noKey := errors.As(err, new(*decrypt.NoKeyError))
	ok := err != nil
	switch v.Expect.Error {
	case "no key":
		ok = noKey
	case "authentication":
		ok = ok && !noKey
	case "too short", "checksum":
		ok = errors.Is(err, decrypt.ErrFormat)
	}
	if !ok {
		t.Errorf("%s: got %v, want %q", v.Title, err, v.Expect.Error)
	}
	return ok
}

// details checks what the vector says besides its plaintext.
func (v Vector) details(t testing.TB, res decrypt.Result) {
	t.Helper()
	if res.ClearDiffers != v.Expect.ClearMismatch {
		t.Errorf("%s: ClearDiffers is %t, want %t", v.Title, res.ClearDiffers, v.Expect.ClearMismatch)
	}
	bad := v.Expect.SignatureOK != nil && !*v.Expect.SignatureOK
	if got := res.Signature == decrypt.BadSignature; got != bad {
		t.Errorf("%s: a bad signature is %t, want %t", v.Title, got, bad)
	}
}

// throughFile writes keys as a key file and reads them back.
func throughFile(t testing.TB, keys []decrypt.Key) []decrypt.Key {
	t.Helper()
	var file bytes.Buffer
	if err := decrypt.WriteKeys(&file, &decrypt.KeySet{Keys: keys}); err != nil {
		t.Fatal(err)
	}
	set, err := decrypt.ParseKeys(&file)
	if err != nil {
		t.Fatalf("the vector's keys as a key file: %v", err)
	}
	if len(set.Warnings) > 0 || len(keys) > 0 && !reflect.DeepEqual(set.Keys, keys) {
		t.Fatalf("the vector's keys as a key file: got %+v, warnings %q; want %+v", set.Keys, set.Warnings, keys)
	}
	return set.Keys
}
