package record_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// childName tells this test program to be a recorder, and where.
const childName = "MJR_TEST_RECORDER"

func TestMain(m *testing.M) {
	if name := os.Getenv(childName); name != "" {
		if err := recordUntilKilled(name); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if what := os.Getenv(senderEnv); what != "" {
		var addr string
		var rate, count int
		_, err := fmt.Sscan(what, &addr, &rate, &count)
		if err == nil {
			err = sendUDP(addr, rate, count)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// childPacket is the packet with a number, as the child records it: what is in
// it follows from the number. Audio is so little that only time makes the
// recorder write it.
func childPacket(kind mjr.Kind, n int) []byte {
	size := 40
	if kind == mjr.Video {
		size += n * 37 % 1400
	}
	p := rtp(uint16(n), uint32(n)*960, size)
	for i := 14; i < len(p); i++ {
		p[i] = byte(n * i)
	}
	return p
}

// A second of what recordUntilKilled records, in packets of a file.
const (
	childEvery  = 5 * time.Millisecond
	childSecond = int(time.Second / childEvery)
)

// recordUntilKilled records a packet every five milliseconds into two files,
// and says on standard output how many it has given to the recorder. A ticker
// leaves out what the process comes too late for: so a process that gets no
// time counts none, and childSecond packets never take less than a second.
func recordUntilKilled(name string) error {
	r, err := record.NewRecorder(record.Options{Name: name, MaxSize: 256 << 10})
	if err != nil {
		return err
	}
	a, err := r.Open(audio)
	if err != nil {
		return err
	}
	v, err := r.Open(video)
	if err != nil {
		return err
	}
	var line [8]byte
	tick := time.NewTicker(childEvery)
	for n := 0; ; n++ {
		now := <-tick.C
		if err := errors.Join(a.WriteRTP(childPacket(mjr.Audio, n), now), v.WriteRTP(childPacket(mjr.Video, n), now)); err != nil {
			return err
		}
		a.SenderReport(uint64(n)<<32, uint32(n), now)
		binary.BigEndian.PutUint64(line[:], uint64(n+1))
		if _, err := os.Stdout.Write(line[:]); err != nil {
			return err
		}
	}
}

// TestKill kills recorders at random times, many of them at once. Every file
// can be read, nothing in it is different from what was recorded, and at most
// the last second is missing. That second is one of the recorder's: on a busy
// machine it may get no time to write for as long, nor to take packets.
func TestKill(t *testing.T) {
	processes, parallel := 200, 20
	if testing.Short() {
		processes = 20
	}
	if os.Getenv("MJR_SOAK") != "" {
		processes = 1000
	}
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	var wg sync.WaitGroup
	var mu sync.Mutex
	total, late := 0, 0
	slots := make(chan struct{}, parallel)
	for i := range processes {
		after := time.Duration(random.IntN(2000)) * time.Millisecond
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			n, err := killOne(filepath.Join(dir, strconv.Itoa(i)), after)
			if err != nil {
				t.Errorf("recorder %d, killed after %v: %v", i, after, err)
			}
			mu.Lock()
			defer mu.Unlock()
			total += n
			if n > 0 {
				late++
			}
		})
	}
	wg.Wait()
	if late < processes/3 {
		t.Errorf("only %d of %d recorders had recorded anything when they were killed", late, processes)
	}
	t.Logf("%d recorders killed, %d packets checked", processes, total)
}

// childBegins is how long a recorder has for its first packet.
const childBegins = 90 * time.Second

// killOne starts a recorder, kills it, and looks at what it left.
func killOne(name string, after time.Duration) (stored int, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), childBegins)
	defer cancel()
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), childName+"="+name)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	given := 0
	var line [8]byte
	for {
		if _, err := io.ReadFull(out, line[:]); err != nil {
			break
		}
		if given++; given == 1 {
			time.AfterFunc(after, cancel)
		}
	}
	ended := cmd.Wait()
	if given == 0 {
		return 0, fmt.Errorf("the recorder did not begin: %w", ended)
	}
	if ctx.Err() == nil {
		return 0, fmt.Errorf("the recorder ended by itself: %w", ended)
	}
	for _, track := range []string{"-audio-0", "-video-1"} {
		n, err := checkKilled(name + track)
		if err != nil {
			return stored, fmt.Errorf("%s: %w", track, err)
		}
		stored += n
		if given-n > childSecond {
			return stored, fmt.Errorf("%s: of %d packets the last %d are missing, which took more than a second", track, given, given-n)
		}
	}
	return stored, nil
}

// checkKilled reads all parts of a file, and returns how many packets are in
// them.
func checkKilled(stem string) (n int, err error) {
	for part := 1; ; part++ {
		path := stem + ".mjr"
		if part > 1 {
			path = fmt.Sprintf("%s.p%03d.mjr", stem, part)
		}
		if _, err := os.Stat(path); err != nil {
			path += ".tmp"
		}
		b, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if len(b) == 0 { // nothing was written yet
			continue
		}
		rec, err := readBytes(b)
		if err != nil {
			return n, fmt.Errorf("part %d: %w", part, err)
		}
		for _, p := range rec.packets {
			if !bytes.Equal(p.Data, childPacket(rec.header.Kind, n)) {
				return n, fmt.Errorf("part %d: packet %d is different", part, n)
			}
			n++
		}
		// A kill can cut what was being written; all before it is whole.
		if d := rec.report.Damages; len(d) > 1 || len(d) == 1 && !rec.report.Truncated {
			return n, fmt.Errorf("part %d is damaged: %+v", part, d)
		}
	}
}
