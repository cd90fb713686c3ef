//go:build !nokeys && unix

package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/sframejs"
	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/stream"
)

// longSize is how large the recordings of BenchmarkPeer are.
const longSize = 600 << 20

// BenchmarkPeer converts a recording of 600 MB, plain and sealed, and has
// janus-pp-rec convert the plain one, by turns: how much CPU time for each of
// its seconds, and how much memory at the most.
func BenchmarkPeer(b *testing.B) {
	// The peak that Linux tells of a child begins with that of its parent.
	debug.SetMemoryLimit(8 << 20)
	peer, err := exec.LookPath("janus-pp-rec")
	if err != nil {
		b.Skip("janus-pp-rec is not installed")
	}
	dir := b.TempDir()
	bin := filepath.Join(dir, "mjr")
	if out, err := exec.Command("go", "build", "-o", bin, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	plain, sealed := filepath.Join(dir, "plain-video.mjr"), filepath.Join(dir, "sealed-video.mjr")
	keys := filepath.Join(dir, "keys.jwks.json")
	key := decrypt.Key{ID: "bench", Type: "oct", Use: "enc", Alg: "MEDOOZE-SFRAME", Secret: bytes.Repeat([]byte{7}, 32)}
	key.KeyID = new(uint64)
	writeKeys(b, keys, key)
	long(b, plain, nil)
	sealer, err := sframejs.NewSealer(key, sframejs.SealerOptions{})
	if err != nil {
		b.Fatal(err)
	}
	long(b, sealed, sealer)

	var peerCPU, plainCPU, sealedCPU time.Duration
	var peerRSS, plainRSS, sealedRSS int64
	measure := func(cpu *time.Duration, rss *int64, name string, args ...string) {
		c := exec.Command(name, args...)
		if err := c.Run(); err != nil {
			b.Fatalf("%s: %v", name, err)
		}
		*cpu += c.ProcessState.UserTime() + c.ProcessState.SystemTime()
		*rss = max(*rss, c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	}
	for b.Loop() {
		measure(&peerCPU, &peerRSS, peer, plain, filepath.Join(dir, "peer.webm"))
		measure(&plainCPU, &plainRSS, bin, "convert", "-f", "-o", filepath.Join(dir, "plain.webm"), plain)
		measure(&sealedCPU, &sealedRSS, bin, "convert", "-f", "-k", keys, "-o", filepath.Join(dir, "sealed.webm"), sealed)
	}
	b.ReportMetric(plainCPU.Seconds()/peerCPU.Seconds(), "plain-cpu/peer-cpu")
	b.ReportMetric(sealedCPU.Seconds()/peerCPU.Seconds(), "sealed-cpu/peer-cpu")
	b.ReportMetric(float64(plainRSS)/1024, "plain-peak-MiB")
	b.ReportMetric(float64(sealedRSS)/1024, "sealed-peak-MiB")
	b.ReportMetric(float64(peerRSS)/1024, "peer-peak-MiB")
}

func writeKeys(b *testing.B, path string, key decrypt.Key) {
	var file bytes.Buffer
	if err := decrypt.WriteKeys(&file, &decrypt.KeySet{Keys: []decrypt.Key{key}}); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
}

// long repeats a real recording until it is longSize, sequence numbers,
// timestamps and received times going on. With a sealer every frame is sealed
// and cut into as many packets as before.
func long(b *testing.B, path string, sealer decrypt.Sealer) {
	packets := packetsOf(b, corpus.Load(b, "plain-vp8-identity").File(b, "video"))
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	buf := bufio.NewWriterSize(f, 1<<20)
	start := time.Unix(1_790_000_000, 0)
	w, err := mjr.NewWriter(buf, mjr.Header{Kind: mjr.Video, Codec: "vp8", Created: start, FirstFrame: start, Encrypted: sealer != nil})
	if err != nil {
		b.Fatal(err)
	}
	last := packets[len(packets)-1]
	round := last.Arrival + 50*time.Millisecond
	ticks := last.time + 4500
	var size int64
	for n := 0; size < longSize; n++ {
		for i := 0; i < len(packets); {
			end := i + 1
			for end < len(packets) && packets[end].time == packets[i].time {
				end++
			}
			frame := packets[i:end]
			if sealer != nil {
				frame = seal(b, sealer, frame)
			}
			for k, p := range frame {
				binary.BigEndian.PutUint16(p.Data[2:], uint16(n*len(packets)+i+k))
				binary.BigEndian.PutUint32(p.Data[4:], p.time+uint32(n)*ticks)
				size += int64(len(p.Data)) + 10
				if err := w.WritePacket(mjr.Packet{Arrival: p.Arrival + time.Duration(n)*round, HasArrival: true, Data: p.Data}); err != nil {
					b.Fatal(err)
				}
			}
			i = end
		}
	}
	if err := errors.Join(buf.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
}

// longPacket is a packet of the recording that is repeated.
type longPacket struct {
	mjr.Packet
	time  uint32
	media int // where the media begins, behind RTP header and VP8 descriptor
}

func packetsOf(b *testing.B, path string) []longPacket {
	var all []longPacket
	for _, p := range mjrtest.Read(b, path).Packets {
		var h rtp.Header
		n, err := h.Unmarshal(p.Data)
		if err != nil {
			b.Fatal(err)
		}
		d, err := stream.ParseDescriptor("vp8", p.Data[n:], h.Marker)
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, longPacket{p, h.Timestamp, n + d.Len})
	}
	return all
}

// seal makes of a frame's packets those of the sealed frame.
func seal(b *testing.B, s decrypt.Sealer, frame []longPacket) []longPacket {
	var plain []byte
	for _, p := range frame {
		plain = append(plain, p.Data[p.media:]...)
	}
	sealed, err := s.Seal(nil, plain, decrypt.Meta{Kind: decrypt.Video, Codec: "vp8"})
	if err != nil {
		b.Fatal(err)
	}
	out := make([]longPacket, len(frame))
	for i, p := range frame {
		n := len(sealed) / (len(frame) - i)
		out[i] = p
		out[i].Data = append(bytes.Clone(p.Data[:p.media]), sealed[:n]...)
		sealed = sealed[n:]
	}
	return out
}
