package decrypttest

import (
	"bytes"
	"errors"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

// The room that every call gets: bytes before dst's end that must stay, and
// capacity behind it in which nothing may be left of a frame that failed.
const (
	prefix = "what was there before"
	fill   = 0xA5
)

// open calls Open as a careful caller would, and checks what must be so after
// any call: the frame as it was, dst kept, the error one of the contract's,
// and after an error no byte of a plaintext in dst's capacity.
func open(t testing.TB, c Config, o decrypt.Opener, sealed []byte, m decrypt.Meta) (decrypt.Result, error) {
	t.Helper()
	before := bytes.Clone(sealed)
	room := bytes.Repeat([]byte{fill}, len(prefix)+len(sealed)+64)
	dst := append(room[:0], prefix...)
	res, err := o.Open(dst, sealed, m)
	if !bytes.Equal(sealed, before) {
		t.Errorf("Open changed the frame: %x, was %x", sealed, before)
	}
	if string(room[:len(prefix)]) != prefix || !bytes.HasPrefix(res.Plain, []byte(prefix)) {
		t.Errorf("Open did not keep dst: Plain is %q", res.Plain)
	}
	if err == nil {
		if res.Scheme == "" || res.Key == "" {
			t.Errorf("opened by scheme %q, key %q: both must be named", res.Scheme, res.Key)
		}
		if res.Unauthenticated != c.Unauthenticated {
			t.Errorf("Result.Unauthenticated is %t, the scheme's is %t", res.Unauthenticated, c.Unauthenticated)
		}
		res.Plain = res.Plain[min(len(prefix), len(res.Plain)):]
		return res, nil
	}
	if !inContract(err) {
		t.Errorf("%v (%T) is no error of the contract", err, err)
	}
	if len(res.Plain) != len(prefix) {
		t.Errorf("after %v Plain has %d bytes, dst had %d", err, len(res.Plain), len(prefix))
	}
	for i, b := range room[len(prefix):] {
		if b != fill && b != 0 && !c.Unauthenticated {
			t.Errorf("after %v byte %d behind dst is %#02x: something of a plaintext was left", err, i, b)
			break
		}
	}
	return res, err
}

// inContract reports whether Open may answer with err.
func inContract(err error) bool {
	for _, is := range []error{decrypt.ErrAuth, decrypt.ErrFormat, decrypt.ErrClear, decrypt.ErrHold} {
		if errors.Is(err, is) {
			return true
		}
	}
	return errors.As(err, new(*decrypt.NoKeyError))
}

// seal calls Seal with nothing in dst.
func seal(t testing.TB, s decrypt.Sealer, f Frame) []byte {
	t.Helper()
	sealed, err := s.Seal(nil, f.Data, f.Meta)
	if err != nil {
		t.Fatalf("sealing %s: %v", f.Name, err)
	}
	return sealed
}

// pair is a sender and an Opener that has found its key.
func (c Config) pair(t testing.TB) (decrypt.Opener, decrypt.Sealer) {
	t.Helper()
	o, s := c.Opener(t), c.Sealer(t)
	const patience = 16 // frames until a search of a few keys has ended
	for i := range patience {
		f := c.Frames[i%len(c.Frames)]
		_, err := o.Open(nil, seal(t, s, f), f.Meta)
		if err == nil {
			return o, s
		}
		if !errors.Is(err, decrypt.ErrHold) {
			t.Fatalf("%s: %v", f.Name, err)
		}
	}
	t.Fatalf("after %d frames still %v", patience, decrypt.ErrHold)
	return nil, nil
}

// mustOpen opens a frame that must open, and to what was sealed.
func mustOpen(t testing.TB, c Config, o decrypt.Opener, sealed []byte, f Frame) decrypt.Result {
	t.Helper()
	res, err := open(t, c, o, sealed, f.Meta)
	if err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
	if !bytes.Equal(res.Plain, f.Data) {
		t.Fatalf("%s: got %x, want %x", f.Name, res.Plain, f.Data)
	}
	return res
}

// mayOpen opens a frame that byte at was altered in. It may be refused, or
// open unharmed where nothing protects the byte, if the result says so.
func mayOpen(t testing.TB, c Config, o decrypt.Opener, sealed []byte, f Frame, at int) {
	t.Helper()
	res, err := open(t, c, o, sealed, f.Meta)
	if err != nil || c.Unauthenticated {
		return
	}
	told := res.ClearDiffers || res.Signature == decrypt.Unverified || res.Signature == decrypt.BadSignature
	switch {
	case c.Unprotected == nil || !c.Unprotected(f, sealed, at):
		t.Errorf("%s, altered at byte %d of %d, opens", f.Name, at, len(sealed))
	case !bytes.Equal(res.Plain, f.Data):
		t.Errorf("%s, altered at byte %d of %d, opens to other bytes", f.Name, at, len(sealed))
	case !told:
		t.Errorf("%s, altered at byte %d of %d, opens and the result does not tell", f.Name, at, len(sealed))
	}
}
