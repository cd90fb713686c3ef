package replay

import (
	"testing"
	"testing/synctest"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// Every packet of every real recording comes out once, in order, when it is
// due, with the bytes that were recorded.
func TestPlayEverything(t *testing.T) {
	for _, name := range corpus.Names(t) {
		t.Run(name, func(t *testing.T) {
			s := call(t, name)
			synctest.Test(t, func(t *testing.T) {
				tapes, p := play(t, s, Options{}, nil)
				if got, want := p.Position(), s.Duration(); got != want {
					t.Errorf("ended at %v, want %v", got, want)
				}
				for i, r := range s.Tracks() {
					whole(t, s, i, ordered(t, r), tapes[i].all(), p.Stats()[i])
				}
			})
		})
	}
}
