package postprocess

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/postprocess/media"
)

// block is a frame as the container got it.
type block struct {
	media.Frame
	sum string // SHA-256 of Data, hex
}

// capture is a container that keeps what it is given, and checks that it
// comes as promised.
type capture struct {
	t      testing.TB
	tracks []media.Track
	blocks []block
	closed bool
	frames bool // keep the bytes, too
}

func (c *capture) container(w io.Writer, tracks []media.Track) (media.Writer, error) {
	c.tracks = tracks
	for i := range tracks {
		c.tracks[i].FirstFrame = bytes.Clone(tracks[i].FirstFrame)
	}
	_, err := w.Write([]byte("head"))
	return c, err
}

func (c *capture) WriteFrame(f media.Frame) error {
	if n := len(c.blocks); n > 0 && f.PTS < c.blocks[n-1].PTS && f.Track != c.blocks[n-1].Track {
		c.t.Errorf("block %d: track %d at %v after track %d at %v", n, f.Track, f.PTS, c.blocks[n-1].Track, c.blocks[n-1].PTS)
	}
	if len(f.Data) == 0 {
		c.t.Errorf("block %d is empty", len(c.blocks))
	}
	b := block{Frame: f, sum: sha(f.Data)}
	b.Data = nil
	if c.frames {
		b.Data = bytes.Clone(f.Data)
	}
	c.blocks = append(c.blocks, b)
	return nil
}

func (c *capture) Close() error {
	c.closed = true
	return nil
}

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// of lists the blocks of a kind.
func (c *capture) of(kind mjr.Kind) []block {
	var all []block
	for _, b := range c.blocks {
		if c.tracks[b.Track].Kind == kind {
			all = append(all, b)
		}
	}
	return all
}

// verdict is a line of verify.json: what an independent reader found.
type verdict struct {
	Packets, Padding, Gaps, Groups, Matched int64
	DecryptedOK                             int64 `json:"decrypted_ok"`
}

func verdicts(t testing.TB, r corpus.Recording) map[string]verdict {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(r.Dir, "verify.json"))
	if err != nil {
		t.Fatal(err)
	}
	m := make(map[string]verdict)
	if err := json.Unmarshal(b, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// inputs reads the files of a recording into memory.
func inputs(t testing.TB, files ...string) []Input {
	t.Helper()
	var in []Input
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, Input{Name: filepath.Base(f), R: bytes.NewReader(b)})
	}
	return in
}

// convert runs Convert into a capture, and checks the report.
func convert(t testing.TB, in []Input, o Options) (*capture, Report, error) {
	t.Helper()
	c := &capture{t: t}
	rep, err := Convert(io.Discard, c.container, in, o)
	if err == nil && !c.closed {
		t.Error("the container was not closed")
	}
	balance(t, rep)
	return c, rep, err
}

// balance checks that every packet and every frame is in exactly one counter.
func balance(t testing.TB, rep Report) {
	t.Helper()
	for _, tr := range rep.Tracks {
		f := tr.Frames
		if f.Begun != f.accounted() || f.Unwritten < 0 {
			t.Errorf("%s: %d frames begun, %d accounted for: %+v", tr.Name, f.Begun, f.accounted(), f)
		}
		p := tr.Packets
		if sum := p.Delivered + p.Duplicate + p.Late + p.Padding + p.NotRTP + p.Stray; sum != p.Read {
			t.Errorf("%s: %d packets read, %d accounted for: %+v", tr.Name, p.Read, sum, p)
		}
		passed := tr.File.Records
		for n, part := range tr.Parts {
			if n > 0 {
				passed += part.Records
			}
		}
		if o := tr.Opening; o.Opened > 0 {
			if sum := o.Opened + o.NotAuth + sumIDs(o.NoKey, o.NoKeyMore) + o.Malformed + o.Clear; sum != tr.File.Records {
				t.Errorf("%s: %d records, %d accounted for: %+v", tr.Name, tr.File.Records, sum, o)
			}
			passed = o.Opened
		}
		if p.Read != passed && !tr.Left {
			t.Errorf("%s: %d packets passed on, %d read", tr.Name, passed, p.Read)
		}
		if tr.Left != (tr.Why != nil) {
			t.Errorf("%s: left out: %v, why: %v", tr.Name, tr.Left, tr.Why)
		}
	}
}

// matches checks that blocks are frames of truth, in their order.
func matches(t *testing.T, blocks []block, truth []corpus.Truth, kind string) {
	t.Helper()
	n := 0
	for i, b := range blocks {
		for n < len(truth) && (truth[n].Kind != kind || truth[n].SHA256 != b.sum) {
			n++
		}
		if n == len(truth) {
			t.Fatalf("%s block %d of %d, at %v: no frame of the sender after those before it", kind, i, len(blocks), b.PTS)
		}
		if typ := truth[n].Type; kind == "video" && typ != "" && b.Key != (typ == "key") {
			t.Errorf("%s block %d: key %v, want %s", kind, i, b.Key, typ)
		}
		if kind == "audio" && !b.Key {
			t.Errorf("audio block %d is no place to start", i)
		}
		n++
	}
}

// within tells whether two durations differ by at most d.
func within(a, b, d time.Duration) bool { return (a - b).Abs() <= d }

// failing gives the bytes, then an error.
type failing struct {
	r   io.Reader
	err error
}

func (f *failing) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	if errors.Is(err, io.EOF) {
		err = f.err
	}
	return n, err
}
