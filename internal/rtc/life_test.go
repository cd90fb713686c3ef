package rtc

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
)

// pair connects two peers, the sending one through a relay.
func pair(t *testing.T, sending, receiving *Engine) (from, to *Peer, between *relay) {
	t.Helper()
	from, offer, err := sending.Offer(t.Context(), camera[:1], nil)
	if err != nil {
		t.Fatal(err)
	}
	to, answer, err := receiving.Receive(t.Context(), only(offer, ""), ReceiveOptions{Track: func(*InTrack) {}})
	if err != nil {
		t.Fatal(err)
	}
	between, answer = through(t, answer, nil)
	if err := from.Answer(answer); err != nil {
		t.Fatal(err)
	}
	wait(t, "the connection", from.Connected())
	wait(t, "the other side's connection", to.Connected())
	return from, to, between
}

func TestVanished(t *testing.T) {
	sending, receiving := engine(t), engine(t)
	receiving.settings.SetICETimeouts(200*time.Millisecond, 500*time.Millisecond, 100*time.Millisecond)
	_, to, between := pair(t, sending, receiving)
	if err := to.Err(); err != nil {
		t.Errorf("a peer that is connected has the error %v", err)
	}
	between.close() // as if a cable was pulled: nobody says goodbye
	wait(t, "the silence to be noticed", to.Done())
	if err := to.Err(); err != ErrVanished {
		t.Errorf("got %v, want %v", err, ErrVanished)
	}
}

func TestNothingIsLeft(t *testing.T) {
	before, files := runtime.NumGoroutine(), descriptors(t)
	e, other := engine(t), engine(t)
	for range 10 {
		from, to, _ := pair(t, other, e)
		from.Close()
		wait(t, "the end", to.Done())
	}
	for range 10 { // nobody ever connects
		if _, _, err := e.Offer(t.Context(), camera, nil); err != nil {
			t.Fatal(err)
		}
		if _, _, err := e.Receive(t.Context(), chromium(t, "publish"), ReceiveOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := e.Receive(t.Context(), "v=0", ReceiveOptions{}); err == nil {
			t.Fatal("garbage was answered")
		}
	}
	e.Close()
	other.Close()
	late := time.After(patience)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	// The relays of the pairs have two each, until the test ends.
	for runtime.NumGoroutine() > before+20 || descriptors(t) > files+20 {
		select {
		case <-again.C:
		case <-late:
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines and %d files, before there were %d and %d\n%s", runtime.NumGoroutine(), descriptors(t), before, files, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skipf("no /proc/self/fd: %v", err)
	}
	return len(all)
}

// chromium is an offer that Chromium 156 made.
func chromium(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/chromium-" + name + ".sdp")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// What is agreed on with a browser that publishes in three layers.
func TestAnswerToChromium(t *testing.T) {
	e := engine(t)
	// OBS offers no candidates: neither does this.
	_, answer, err := e.Receive(t.Context(), only(chromium(t, "publish"), ""), ReceiveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	all, err := lines(answer)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].direction != "recvonly" || all[1].direction != "recvonly" {
		t.Fatalf("answered %+v", all)
	}
	if !strings.Contains(answer, "a=simulcast:recv q;h;f") {
		t.Error("the layers are not taken")
	}
	if !strings.Contains(answer, "a=candidate:") || !strings.Contains(answer, "a=end-of-candidates") {
		t.Error("the answer lacks candidates, and there will be no others")
	}
	has := make(map[string]int)
	for _, l := range all {
		for _, c := range l.codecs {
			has[l.kind+" "+c.name]++
			if c.name == "vp8" {
				for _, want := range []string{"nack", "nack pli", "ccm fir", "transport-cc"} {
					if !contains(c.feedback, want) {
						t.Errorf("VP8 has no feedback %q", want)
					}
				}
			}
		}
	}
	for _, want := range []string{"audio opus", "audio red", "video vp8", "video vp9", "video h264", "video av1", "video rtx"} {
		if has[want] == 0 {
			t.Errorf("the answer has no %s", want)
		}
	}
	for _, uri := range []string{"urn:ietf:params:rtp-hdrext:sdes:mid", "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "urn:3gpp:video-orientation"} {
		found := false
		for _, have := range all[1].ext {
			found = found || have == uri
		}
		if !found {
			t.Errorf("video has no header extension %s", uri)
		}
	}
}

func contains(list []string, want string) bool {
	for _, s := range list {
		if s == want {
			return true
		}
	}
	return false
}

// Of a browser's many H.264 the one is taken that the recording is of.
func TestFitsTheRecording(t *testing.T) {
	e := engine(t)
	for _, c := range []struct{ name, codec, fmtp, want string }{
		{"constrained baseline", "h264", "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f", "42e01f"},
		{"no fmtp known", "h264", "", "42e01f"},
		{"main", "h264", "packetization-mode=1;profile-level-id=4d001f", "4d001f"},
		{"VP9 with 10 bits", "vp9", "profile-id=2", "profile-id=2"},
	} {
		p, answer, err := e.Send(t.Context(), chromium(t, "view"), []OutTrack{{Kind: "video", Codec: c.codec, ClockRate: 90000, Fmtp: c.fmtp}}, nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		all, err := lines(answer)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := all[1].byType(int(p.Outs()[0].PayloadType))
		if !ok || !strings.Contains(got.fmtp, c.want) || c.codec == "h264" && !strings.Contains(got.fmtp, "packetization-mode=1") {
			t.Errorf("%s: got %+v, want %s", c.name, got, c.want)
		}
		if all[1].direction != "sendonly" || all[0].direction == "sendonly" {
			t.Errorf("%s: audio is %s, video %s", c.name, all[0].direction, all[1].direction)
		}
	}
}

// Layers of a simulcast are tracks of their own, told apart by their rids.
func TestSimulcast(t *testing.T) {
	e := engine(t)
	tracks := make(chan *InTrack, 3)
	pc := foreign(t)
	codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
	var layers []*webrtc.TrackLocalStaticRTP
	var sender *webrtc.RTPSender
	for _, rid := range []string{"q", "h", "f"} {
		layer, err := webrtc.NewTrackLocalStaticRTP(codec, "video", "stream", webrtc.WithRTPStreamID(rid))
		if err != nil {
			t.Fatal(err)
		}
		layers = append(layers, layer)
		if sender == nil {
			sender, err = pc.AddTrack(layer)
		} else {
			err = sender.AddEncoding(layer)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	_, answer, err := e.Receive(t.Context(), described(t, pc), ReceiveOptions{Track: func(in *InTrack) { tracks <- in }})
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
	ids := map[string]uint8{}
	for _, x := range sender.GetParameters().HeaderExtensions {
		ids[x.URI] = uint8(x.ID)
	}
	seen := map[string]*InTrack{}
	pace := time.NewTicker(5 * time.Millisecond)
	defer pace.Stop()
	late := time.After(patience)
	for seq := uint16(0); len(seen) < 3; {
		select {
		case in := <-tracks:
			seen[in.RID] = in
		case <-pace.C:
			for _, layer := range layers {
				p := packet(Out{}, seq, 1, 2, 3)
				p.SetExtension(ids["urn:ietf:params:rtp-hdrext:sdes:mid"], []byte("0"))
				p.SetExtension(ids["urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"], []byte(layer.RID()))
				if err := layer.WriteRTP(p); err != nil {
					t.Fatal(err)
				}
			}
			seq++
		case <-late:
			t.Fatalf("got %d layers", len(seen))
		}
	}
	for _, rid := range []string{"q", "h", "f"} {
		in := seen[rid]
		if in == nil {
			t.Errorf("no layer %s", rid)
			continue
		}
		buf := make([]byte, 1500)
		if _, err := in.ReadRTP(buf); err != nil || in.Codec != "vp8" || in.PayloadType == 0 || buf[1]&0x7f != in.PayloadType {
			t.Errorf("layer %s: %s as %d, the packet has %d (%v)", rid, in.Codec, in.PayloadType, buf[1]&0x7f, err)
		}
	}
}
