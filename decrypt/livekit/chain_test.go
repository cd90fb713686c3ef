package livekit

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
)

func TestCacheIsShared(t *testing.T) {
	var c Cache
	k := cheapPassphrase("shared", 0)
	m := videoMeta("vp8", 0)
	f := seal(t, k, 6, vp8Frame(0), m)
	var wg sync.WaitGroup
	openers := make([]*Opener, 4)
	for i := range openers {
		o, err := NewOpener([]decrypt.Key{k}, Options{Cache: &c})
		if err != nil {
			t.Fatal(err)
		}
		openers[i] = o
		wg.Go(func() {
			if _, err := o.Open(nil, f, m); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, o := range openers {
		if got, want := o.attempt.keys[0].chain, openers[0].attempt.keys[0].chain; got != want {
			t.Error("two chains for one key")
		}
	}
	if len(c.chains) != 1 {
		t.Errorf("%d chains, want 1", len(c.chains))
	}
	same, salt := k, "LKFrameEncryptionKez"
	same.Salt = &salt
	more := k
	more.Iterations = 2
	raw := k
	raw.KDF = "HKDF"
	if _, err := NewOpener([]decrypt.Key{same, more, raw}, Options{Cache: &c}); err != nil || len(c.chains) != 4 {
		t.Errorf("%d chains for 4 different derivations (%v)", len(c.chains), err)
	}
}

func TestCachePrintsNoKeys(t *testing.T) {
	var c Cache
	k := rawKey("k", 0)
	k.Secret = []byte("do not print me")
	if _, err := NewOpener([]decrypt.Key{k}, Options{Cache: &c}); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%v %+v %#v %s %x %d", &c, &c, &c, &c, &c, &c); got != strings.Repeat("[keys] ", 5)+"[keys]" {
		t.Errorf("printed as %q", got)
	}
}
