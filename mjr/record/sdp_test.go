package record_test

import (
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/mjr"
	"github.com/mjrkit/mjrkit/mjr/record"
)

func sdpFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestParseSDP(t *testing.T) {
	for name, want := range map[string][]record.Media{
		"ffmpeg.sdp": {
			{Track: record.Track{Kind: mjr.Audio, Codec: "opus", PayloadType: 97, ClockRate: 48000, Fmtp: "sprop-stereo=1"}, Addr: netip.MustParseAddrPort("127.0.0.1:5004")},
			{Track: record.Track{Index: 1, Kind: mjr.Video, Codec: "vp8", PayloadType: 96, ClockRate: 90000}, Addr: netip.MustParseAddrPort("127.0.0.1:5006")},
		},
		"webrtc.sdp": {
			{Track: record.Track{
				Kind: mjr.Audio, Codec: "opus", PayloadType: 111, REDType: 63, ClockRate: 48000, MID: "0", Description: "microphone", Fmtp: "minptime=10;useinbandfec=1",
				Extensions: map[int]string{1: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 20: "urn:ietf:params:rtp-hdrext:sdes:mid"},
			}, Addr: netip.MustParseAddrPort("239.1.1.1:5004"), RTCPPort: 5004},
			{Track: record.Track{
				Index: 3, Kind: mjr.Video, Codec: "h264", PayloadType: 98, ClockRate: 90000, MID: "2", Fmtp: "packetization-mode=1",
				Extensions: map[int]string{1: "urn:ietf:params:rtp-hdrext:ssrc-audio-level"},
			}, Addr: netip.MustParseAddrPort("[::1]:5006"), RTCPPort: 6000},
		},
	} {
		for _, text := range []string{string(sdpFile(t, name)), strings.ReplaceAll(string(sdpFile(t, name)), "\n", "\r\n")} {
			got, err := record.ParseSDP([]byte(text))
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s:\n%+v, %v; want\n%+v", name, got, err, want)
			}
		}
	}
}

func TestBadSDP(t *testing.T) {
	good := string(sdpFile(t, "ffmpeg.sdp"))
	for sin, text := range map[string]string{
		"nothing":               "",
		"another kind of file":  "MJR00002",
		"v=0 alone":             "v=0",
		"no media":              good[:strings.Index(good, "m=audio")],
		"SRTP":                  strings.ReplaceAll(good, "RTP/AVP", "RTP/SAVP"),
		"port 70000":            strings.ReplaceAll(good, "5004", "70000"),
		"payload type 200":      strings.ReplaceAll(good, "97", "200"),
		"host that is a name":   strings.Replace(good, "c=IN IP4 127.0.0.1", "c=IN IP4 example.org", 1),
		"longer than any":       good + strings.Repeat("a=x\n", record.MaxSDP),
		"unknown codec":         strings.ReplaceAll(good, "VP8", "theora"),
		"codec at another rate": strings.ReplaceAll(good, "opus/48000", "opus/44100"),
		"video codec for audio": strings.ReplaceAll(good, "opus/48000/2", "VP8/90000"),
	} {
		if got, err := record.ParseSDP([]byte(text)); err == nil {
			t.Errorf("%s: %+v", sin, got)
		} else if codec := (*mjr.HeaderError)(nil); strings.Contains(sin, "codec") && !errors.As(err, &codec) {
			t.Errorf("%s: %v is no *mjr.HeaderError", sin, err)
		}
	}
}

// TestFFmpegSDP reads what the ffmpeg of this machine writes.
func TestFFmpegSDP(t *testing.T) {
	tool := corpus.Tool(t, "ffmpeg")
	file := filepath.Join(t.TempDir(), "stream.sdp")
	out, err := exec.Command(tool, "-loglevel", "error", "-f", "lavfi", "-i", "sine", "-t", "0.1", "-c:a", "libopus", "-f", "rtp", "-sdp_file", file, "rtp://127.0.0.1:5004").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := record.ParseSDP(b)
	if err != nil || len(got) != 1 || got[0].Track.Codec != "opus" || got[0].Addr.Port() != 5004 {
		t.Errorf("%+v, %v of\n%s", got, err, b)
	}
}

func FuzzParseSDP(f *testing.F) {
	files, err := filepath.Glob("testdata/*.sdp")
	if err != nil || len(files) < 2 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, name := range files {
		f.Add(sdpFile(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		media, err := record.ParseSDP(b)
		if err != nil {
			return
		}
		for _, m := range media {
			if c, ok := mjr.LookupCodec(m.Track.Codec); !ok || c.Kind != m.Track.Kind || m.Addr.Port() == 0 || !m.Addr.IsValid() {
				t.Fatalf("%+v", m)
			}
		}
	})
}
