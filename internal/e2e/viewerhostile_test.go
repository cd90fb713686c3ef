package e2e

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/mjrkit/mjrkit/internal/corpus"
	"github.com/mjrkit/mjrkit/internal/mjrtest"
	"github.com/mjrkit/mjrkit/internal/page"
	"github.com/mjrkit/mjrkit/internal/page/pagetest"
)

// smuggler is a server of WHEP that plays a recording as it should, and beside
// it, with SSRCs that it has told nobody of, another one.
type smuggler struct {
	t             *testing.T
	honest, other map[string]mjrtest.Recording // by kind
}

// lane is a track that sends packets of any SSRC.
type lane struct {
	kind string
	ctx  webrtc.TrackLocalContext
}

func (l *lane) Bind(c webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	l.ctx = c
	return c.CodecParameters()[0], nil
}
func (l *lane) Unbind(webrtc.TrackLocalContext) error { return nil }
func (l *lane) ID() string                            { return l.kind }
func (l *lane) RID() string                           { return "" }
func (l *lane) StreamID() string                      { return "stream" }
func (l *lane) Kind() webrtc.RTPCodecType             { return webrtc.NewRTPCodecType(l.kind) }

// play sends a recording over and over as one stream, until done is closed.
func (l *lane) play(rec mjrtest.Recording, ssrc uint32, done <-chan struct{}) {
	began, seq := time.Now(), uint16(0)
	for {
		round := time.Since(began)
		for _, p := range rec.Packets {
			var r rtp.Packet
			if r.Unmarshal(p.Data) != nil {
				continue
			}
			select {
			case <-done:
				return
			case <-time.After(time.Until(began.Add(round + p.Arrival))):
			}
			seq++
			r.Header = rtp.Header{
				Version: 2, SSRC: ssrc, PayloadType: uint8(l.ctx.CodecParameters()[0].PayloadType),
				Marker: r.Marker, Timestamp: r.Timestamp, SequenceNumber: seq,
			}
			if _, err := l.ctx.WriteStream().WriteRTP(&r.Header, r.Payload); err != nil {
				return // the page has left
			}
		}
	}
}

func (s *smuggler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Headers", "Content-Type")
	h.Set("Access-Control-Expose-Headers", "Location, Link")
	if r.Method != http.MethodPost {
		return
	}
	offer, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
		return
	}
	m := new(webrtc.MediaEngine)
	for kind, c := range map[string]webrtc.RTPCodecParameters{
		"audio": {RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "audio/opus", ClockRate: 48000, Channels: 2}, PayloadType: 111},
		"video": {RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: "video/VP8", ClockRate: 90000}, PayloadType: 96},
	} {
		if err := m.RegisterCodec(c, webrtc.NewRTPCodecType(kind)); err != nil {
			s.t.Error(err)
		}
	}
	var settings webrtc.SettingEngine
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(new(interceptor.Registry)), webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		s.t.Error(err)
		return
	}
	done := make(chan struct{})
	var running sync.WaitGroup
	s.t.Cleanup(func() {
		close(done)
		pc.GracefulClose() // after which nothing begins
		running.Wait()
	})
	lanes := []*lane{{kind: "audio"}, {kind: "video"}}
	for _, l := range lanes {
		if _, err := pc.AddTransceiverFromTrack(l, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
			s.t.Error(err)
		}
	}
	pc.OnConnectionStateChange(func(st webrtc.PeerConnectionState) {
		if st != webrtc.PeerConnectionStateConnected {
			return
		}
		for _, l := range lanes {
			ssrc := uint32(l.ctx.SSRC())
			running.Go(func() { l.play(s.honest[l.kind], ssrc, done) })
			running.Go(func() { l.play(s.other[l.kind], ssrc+1, done) })
		}
	})
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: string(offer)}); err != nil {
		s.t.Error(err)
		return
	}
	a, err := pc.CreateAnswer(nil)
	if err != nil {
		s.t.Error(err)
		return
	}
	g := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(a); err != nil {
		s.t.Error(err)
		return
	}
	<-g
	h.Set("Content-Type", "application/sdp")
	w.WriteHeader(http.StatusCreated)
	io.WriteString(w, pc.LocalDescription().SDP)
}

// TestSmuggled: what comes with an SSRC that no description named goes through
// the worker as well, and no further.
func TestSmuggled(t *testing.T) {
	elsewhere := httptest.NewServer(http.FileServerFS(page.Files()))
	defer elsewhere.Close()
	rec := corpus.Load(t, "livekit-vp8")
	s := &smuggler{t: t, honest: tracks(t, rec), other: tracks(t, corpus.Load(t, "plain-vp8-loss"))}
	server := httptest.NewServer(s)
	defer server.Close()
	w := &watching{Browser: pagetest.New(t), t: t}
	w.Before(`
globalThis.peers = [];
RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...options) { super(...options); peers.push(this); }
};`)
	w.Open(elsewhere.URL + "/viewer.html?whep=" + url.QueryEscape(server.URL+"/whep") + fragment(t, rec.Keys))
	w.State("playing")
	for _, kind := range []string{"audio", "video"} {
		w.Wait(`mjrTrace.filter((f) => f.kind === "` + kind + `" && f.reason === "format").length > 30`)
		w.Wait(`mjrTrace.filter((f) => f.kind === "` + kind + `" && f.out !== null).length > 30`)
	}
	w.genuine(rec)
	const strange = `peers.at(-1).getStats().then((all) => [...all.values()].filter((s) => s.type === "inbound-rtp" && !s.trackIdentifier))`
	if n := pagetest.Value[int](w.Browser, strange+`.then((s) => s.length)`); n == 0 {
		t.Error("no stream came that was not announced: nothing was tried")
	}
	if n := pagetest.Value[float64](w.Browser, strange+`.then((all) => all.reduce((sum, s) => sum + (s.framesDecoded ?? 0) + (s.totalAudioEnergy ?? 0), 0))`); n != 0 {
		t.Errorf("the browser made %v of it", n)
	}
}

func tracks(t *testing.T, r corpus.Recording) map[string]mjrtest.Recording {
	return map[string]mjrtest.Recording{"audio": mjrtest.Read(t, r.File(t, "audio")), "video": mjrtest.Read(t, r.File(t, "video"))}
}
