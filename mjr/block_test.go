package mjr_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"
)

// Blocks are lost, overwritten or put in at random: what does not touch one,
// and does not stand just before it, comes out, and nothing is made up but
// what a block begins or ends in.
func TestLostBlocks(t *testing.T) {
	for name, rec := range map[string]recorded{
		"audio": opus(t, 300), "video": vp8(t, 100), "data": texts(t, 0),
		"v0 audio": opus(t, 300).old("MEETECHO\x00\x05audio"),
		"losses":   load(t, file(t, "plain-vp8-loss", "video"), 120),
		"sframe":   load(t, file(t, "sframe-vp8", "audio"), 300),
	} {
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, uint64(len(name))))
			for range 150 {
				size := 1 + rnd.IntN(1<<rnd.IntN(13))
				from := rec.offset(0) + rnd.IntN(len(rec.file)-rec.offset(0))
				to := min(from+size, len(rec.file))
				noise := make([]byte, size)
				for i := range noise {
					noise[i] = byte(rnd.Uint32())
				}
				for what, file := range map[string][]byte{
					"zeros":    put(rec.file, from, make([]byte, to-from)...),
					"noise":    put(rec.file, from, noise[:to-from]...),
					"missing":  slices.Concat(rec.file[:from], rec.file[to:]),
					"inserted": slices.Concat(rec.file[:from], noise, rec.file[from:]),
					"again":    slices.Concat(rec.file[:to], rec.file[from:]),
				} {
					end := to
					if what == "inserted" || what == "again" {
						end = from
					}
					checkBlock(t, what, rec, file, from, end)
				}
			}
		})
	}
}

func checkBlock(t *testing.T, what string, rec recorded, file []byte, from, to int) {
	t.Helper()
	r := open(t, file)
	got := drain(t, r)
	kind := kindOf(rec)
	// What comes twice is looked for on both sides of the block.
	have := make(map[string]bool)
	for _, p := range got {
		have[string(body(p, kind))] = true
	}
	at := len(rec.head)
	for i, record := range rec.records {
		farBefore := i+1 < len(rec.records) && at+len(record)+len(rec.records[i+1]) <= from
		if (farBefore || at >= to) && !have[string(record[10:])] {
			t.Errorf("%s %d to %d: record %d at %d is lost; %+v", what, from, to, i, at, r.Report().Damages)
		}
		at += len(record)
	}
	others := 0
	for _, p := range got {
		if !slices.ContainsFunc(rec.records, func(record []byte) bool { return bytes.Equal(body(p, kind), record[10:]) }) {
			others++
		}
	}
	if others > 2 {
		t.Errorf("%s %d to %d: %d packets that nobody sent", what, from, to, others)
	}
	if len(got) < len(rec.records) && r.Report().Whole() && what != "missing" {
		t.Errorf("%s %d to %d: packets are lost and nothing is said", what, from, to)
	}
	checkDamages(t, r.Report(), len(file))
}
