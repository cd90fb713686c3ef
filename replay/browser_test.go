package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"
	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"
)

// patience of tests: what has not happened by then never will.
const deadline = time.Minute

// browser is a viewer made of Pion's library.
type browser struct {
	s        *serving
	pc       *webrtc.PeerConnection
	location string
	player   string

	mu     sync.Mutex
	came   *sync.Cond
	tracks map[string][]taped // by kind, in the order in which they came
	remote map[string]*webrtc.TrackRemote
}

// browserOptions change what a browser is.
type browserOptions struct {
	kinds  []string                   // of its transceivers; nil: audio and video
	codecs []string                   // MIME types that it takes; nil: all
	nack   bool                       // asks for lost packets
	answer func(answer string) string // changed before it is taken
}

// roomy is the size of a receive buffer, in bytes, that holds seconds of media.
const roomy = 4 << 20

// roomyNet opens sockets that hold all that a viewer may be behind: where the
// machine is busy, what fell due while nobody ran comes at once.
type roomyNet struct{ transport.Net }

func (n roomyNet) ListenUDP(network string, addr *net.UDPAddr) (transport.UDPConn, error) {
	conn, err := n.Net.ListenUDP(network, addr)
	if err != nil {
		return nil, err
	}
	return conn, makeRoom(conn, roomy)
}

// offering is a viewer that is ready to make its offer.
func offering(t testing.TB, o browserOptions) *webrtc.PeerConnection {
	t.Helper()
	pc, err := newOffering(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	return pc
}

func newOffering(o browserOptions) (*webrtc.PeerConnection, error) {
	media := new(webrtc.MediaEngine)
	if o.codecs == nil {
		if err := media.RegisterDefaultCodecs(); err != nil {
			return nil, err
		}
	}
	for i, c := range o.codecs {
		kind, rate, channels := webrtc.RTPCodecTypeVideo, uint32(90000), uint16(0)
		if strings.HasPrefix(c, "audio") {
			kind, rate, channels = webrtc.RTPCodecTypeAudio, 48000, 2
		}
		p := webrtc.RTPCodecParameters{PayloadType: webrtc.PayloadType(100 + i), RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: c, ClockRate: rate, Channels: channels}}
		if err := media.RegisterCodec(p, kind); err != nil {
			return nil, err
		}
	}
	interceptors := new(interceptor.Registry)
	if o.nack {
		if err := webrtc.ConfigureNack(media, interceptors); err != nil {
			return nil, err
		}
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	wide, err := stdnet.NewNet()
	if err != nil {
		return nil, err
	}
	settings.SetNet(roomyNet{wide})
	settings.SetSRTPReplayProtectionWindow(1024) // as browsers have it; Pion's 64 refuse what is sent again late
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	api := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithInterceptorRegistry(interceptors), webrtc.WithSettingEngine(settings))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	kinds := o.kinds
	if kinds == nil {
		kinds = []string{"audio", "video"}
	}
	for _, k := range kinds {
		only := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := pc.AddTransceiverFromKind(webrtc.NewRTPCodecType(k), only); err != nil {
			return nil, errors.Join(err, pc.Close())
		}
	}
	return pc, nil
}

// offer makes the offer of a viewer, candidates included.
func offer(t testing.TB, pc *webrtc.PeerConnection) string {
	t.Helper()
	sdp, err := newOffer(pc)
	if err != nil {
		t.Fatal(err)
	}
	return sdp
}

func newOffer(pc *webrtc.PeerConnection) (string, error) {
	sdp, err := pc.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(sdp); err != nil {
		return "", err
	}
	<-gathered
	return pc.LocalDescription().SDP, nil
}

var candidates = regexp.MustCompile(`a=candidate:.*\r\n`)

// watch makes a viewer of a recording.
func (s *serving) watch(t testing.TB, id string, o browserOptions) *browser {
	t.Helper()
	b := &browser{s: s, pc: offering(t, o), tracks: make(map[string][]taped), remote: make(map[string]*webrtc.TrackRemote)}
	b.came = sync.NewCond(&b.mu)
	began := time.Now()
	b.pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		kind := track.Kind().String()
		b.mu.Lock()
		b.remote[kind] = track
		b.mu.Unlock()
		for {
			p, _, err := track.ReadRTP()
			if err != nil {
				return
			}
			b.mu.Lock()
			b.tracks[kind] = append(b.tracks[kind], taped{*p.Clone(), time.Since(began)})
			b.came.Broadcast()
			b.mu.Unlock()
		}
	})
	path := "/whep"
	if id != "" {
		path = "/recordings/" + id + "/whep"
	}
	sdp := offer(t, b.pc)
	if o.answer != nil { // nobody finds another way
		sdp = candidates.ReplaceAllString(sdp, "")
	}
	status, answer, h := s.call(t, http.MethodPost, path, "application/sdp", sdp)
	if status != http.StatusCreated {
		t.Fatalf("status %d: %s", status, answer)
	}
	b.location = h.Get("Location")
	b.player = b.location + "/player"
	sdp = string(answer)
	if o.answer != nil {
		sdp = o.answer(sdp)
	}
	if err := b.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil {
		t.Fatal(err)
	}
	return b
}

// until waits for packets of a kind to be as it is asked.
func (b *browser) until(t testing.TB, kind, what string, ok func(all []taped) bool) []taped {
	t.Helper()
	late := time.AfterFunc(deadline, func() { b.mu.Lock(); defer b.mu.Unlock(); b.came.Broadcast() })
	defer late.Stop()
	end := time.Now().Add(deadline)
	b.mu.Lock()
	defer b.mu.Unlock()
	for !ok(b.tracks[kind]) {
		if time.Now().After(end) {
			t.Fatalf("%s: %s: not so after %d packets, numbered %s", kind, what, len(b.tracks[kind]), ranges(b.tracks[kind]))
		}
		b.came.Wait()
	}
	return slices.Clone(b.tracks[kind])
}

// more waits for some more packets of a kind.
func (b *browser) more(t testing.TB, kind string, n int) []taped {
	t.Helper()
	before := b.count(kind)
	return b.until(t, kind, fmt.Sprint(n, " more packets"), func(all []taped) bool { return len(all) >= before+n })
}

func (b *browser) count(kind string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.tracks[kind])
}

func (b *browser) status(t testing.TB) jsonPlayer {
	t.Helper()
	var st jsonPlayer
	b.s.get(t, b.player, &st)
	return st
}

// tell posts a command to the viewer's Player.
func (b *browser) tell(t testing.TB, command string) jsonPlayer {
	t.Helper()
	status, body, _ := b.s.call(t, http.MethodPost, b.player, "application/json", command)
	var st jsonPlayer
	if err := json.Unmarshal(body, &st); status != http.StatusOK || err != nil {
		t.Fatalf("%s: status %d: %s", command, status, body)
	}
	return st
}

// reach asks until the Player is where it is wanted.
func (b *browser) reach(t testing.TB, what string, ok func(jsonPlayer) bool) jsonPlayer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	again := time.NewTicker(10 * time.Millisecond) // who asks without a pause keeps others from it
	defer again.Stop()
	for ; ctx.Err() == nil; <-again.C {
		if st := b.status(t); ok(st) {
			return st
		}
	}
	t.Fatalf("%s: not so: %+v", what, b.status(t))
	return jsonPlayer{}
}

// pli asks for a key frame.
func (b *browser) pli(t testing.TB) {
	t.Helper()
	b.mu.Lock()
	ssrc := uint32(b.remote["video"].SSRC())
	b.mu.Unlock()
	if err := b.pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: ssrc}}); err != nil {
		t.Fatal(err)
	}
}

// leave deletes the session, as a page that is closed.
func (b *browser) leave(t testing.TB) {
	t.Helper()
	if status, body, _ := b.s.call(t, http.MethodDelete, b.location, "", ""); status != http.StatusOK {
		t.Errorf("DELETE: status %d: %s", status, body)
	}
	b.pc.Close()
}
