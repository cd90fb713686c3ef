package record_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// obs is an offer as OBS writes it, which has libdatachannel: no candidates and
// no trickling, one codec a line, SSRCs announced, no RTX, no extensions.
type obs struct {
	video    string // the rtpmap
	fmtp     string
	inHeader bool // ICE and DTLS are in the session's part, as older ones have it
}

const obsOpus = "minptime=10;maxaveragebitrate=96000;stereo=1;sprop-stereo=1;useinbandfec=1"

// offer writes it for a peer whose own offer is known.
func (o obs) offer(t *testing.T, own string) string {
	t.Helper()
	var values []any
	for _, pattern := range []string{`ice-ufrag:(\S+)`, `ice-pwd:(\S+)`, `(sha-256 \S+)`, `(?s)m=audio.*?a=ssrc:(\d+)`, `(?s)m=video.*?a=ssrc:(\d+)`} {
		found := regexp.MustCompile(pattern).FindStringSubmatch(own)
		if found == nil {
			t.Fatalf("no %s in %s", pattern, own)
		}
		values = append(values, found[1])
	}
	transport := fmt.Sprintf("a=setup:actpass\na=ice-ufrag:%s\na=ice-pwd:%s\n", values[:2]...)
	header, media := "", transport
	if o.inHeader {
		header, media = transport, ""
	}
	line := func(kind string, pt int, rtpmap, feedback, fmtp string, ssrc any) string {
		mid := map[string]string{"audio": "0", "video": "1"}[kind]
		text := fmt.Sprintf("m=%s 9 UDP/TLS/RTP/SAVPF %d\nc=IN IP4 0.0.0.0\na=mid:%s\na=sendonly\n", kind, pt, mid) +
			fmt.Sprintf("a=ssrc:%v cname:gJ3\na=ssrc:%[1]v msid:Kx7 Kx7-%[2]s\na=msid:Kx7 Kx7-%[2]s\n", ssrc, kind) +
			fmt.Sprintf("a=rtcp-mux\na=rtpmap:%d %s\n%s", pt, rtpmap, feedback)
		if fmtp != "" {
			text += fmt.Sprintf("a=fmtp:%d %s\n", pt, fmtp)
		}
		return text + media
	}
	text := "v=0\no=rtc 2390412213 0 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE 0 1\na=group:LS 0 1\na=msid-semantic:WMS *\n" +
		header + "a=ice-options:ice2,trickle\na=fingerprint:" + values[2].(string) + "\n" +
		line("audio", 111, "opus/48000/2", "", obsOpus, values[3]) +
		line("video", 96, o.video, "a=rtcp-fb:96 nack\na=rtcp-fb:96 nack pli\na=rtcp-fb:96 goog-remb\n", o.fmtp, values[4])
	return strings.ReplaceAll(text, "\n", "\r\n")
}

// TestWHIPOBS: what offers like OBS is recorded, and ends as OBS does: the peer
// goes before the session is deleted.
func TestWHIPOBS(t *testing.T) {
	for _, c := range []struct {
		name, mime string
		obs
	}{
		{"H.264", webrtc.MimeTypeH264, obs{"H264/90000", "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1", false}},
		{"H.264, as of old", webrtc.MimeTypeH264, obs{"H264/90000", "profile-level-id=42e01f;packetization-mode=1;level-asymmetry-allowed=1", true}},
		{"AV1", webrtc.MimeTypeAV1, obs{"AV1/90000", "", false}},
		{"HEVC", webrtc.MimeTypeH265, obs{"H265/90000", "", false}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStudio(t, record.Options{}, record.WHIPOptions{})
			m := new(webrtc.MediaEngine)
			for kind, p := range map[webrtc.RTPCodecType]webrtc.RTPCodecParameters{
				webrtc.RTPCodecTypeAudio: {PayloadType: 111, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: obsOpus}},
				webrtc.RTPCodecTypeVideo: {PayloadType: 96, RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: c.mime, ClockRate: 90000, SDPFmtpLine: c.fmtp}},
			} {
				if err := m.RegisterCodec(p, kind); err != nil {
					t.Fatal(err)
				}
			}
			g := newGuestWith(s, m)
			g.add(webrtc.MimeTypeOpus)
			g.add(c.mime)
			answer, h := g.posted("", c.offer(t, g.offer()))
			if at := h.Get("Location"); !strings.HasPrefix(at, "/") {
				t.Errorf("Location %q: OBS puts it behind the host", at)
			}
			if strings.Contains(answer, "a=extmap") || strings.Contains(answer, "rtx") || !strings.Contains(answer, "a=candidate:") {
				t.Errorf("answer\n%s", answer)
			}
			connected := g.connected()
			if err := g.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
				t.Fatal(err)
			}
			g.wait(connected)
			const n = 50
			for i, name := range []string{"call-audio-0", "call-video-1"} {
				g.send(i, n)
				s.received(name, n)
			}
			if err := g.pc.GracefulClose(); err != nil {
				t.Fatal(err)
			}
			q, err := http.NewRequest(http.MethodDelete, g.url, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(q)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNotFound {
				t.Errorf("DELETE: %s", resp.Status)
			}
			until(t, "its end", func() bool { return len(s.told()) == 2 })
			for i, name := range []string{"call-audio-0.mjr", "call-video-1.mjr"} {
				rec := read(t, filepath.Join(s.dir, name))
				wantPackets(t, rec, byte(i), n)
				if want := [2]string{"opus", strings.ToLower(strings.TrimPrefix(c.mime, "video/"))}[i]; rec.header.Codec != want {
					t.Errorf("%s: codec %s, want %s", name, rec.header.Codec, want)
				}
				if want := [2]string{obsOpus, c.fmtp}[i]; !strings.Contains(rec.header.Fmtp, strings.Split(want, ";")[0]) {
					t.Errorf("%s: fmtp %q, want %q", name, rec.header.Fmtp, want)
				}
			}
		})
	}
}
