package rtc

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// A peer that is silent this long is gone (RFC 7675 has 30 s; a recording that
// waits for it, or a player that plays to nobody, should not go on for long).
const (
	disconnectedAfter = 5 * time.Second
	failedAfter       = 15 * time.Second
	keepAlive         = 2 * time.Second
)

// replayWindow is how far behind a packet that is sent again may be. Pion's
// default of 64 is less than a round trip of a good camera: what is repaired
// without RTX, as audio always is, would be refused as replayed. Browsers have
// 1024.
const replayWindow = 4096

// receiveMTU is how long a received packet may be, more than any network has:
// Pion's own default cuts what is longer than 1460 bytes, and says nothing.
const receiveMTU = 2048

// Engine makes peers, which share its sockets. Its methods may be called by
// any goroutine.
type Engine struct {
	config   Config
	settings webrtc.SettingEngine
	mux      ice.UDPMux

	gatherFor time.Duration
	silent    sync.Once // a server has not answered, or relays nothing, and it was told

	mu     sync.Mutex
	closed bool
	peers  map[*Peer]struct{}
	// making counts descriptions that are being made.
	making sync.WaitGroup
}

// NewEngine opens the sockets. The error is one of the network, or of a server
// that is none.
func NewEngine(c Config) (*Engine, error) {
	for _, s := range c.Servers {
		if err := s.check(); err != nil {
			return nil, err
		}
	}
	places, err := c.places()
	if err != nil {
		return nil, fmt.Errorf("cannot receive UDP: %w", err)
	}
	mux, err := listen(c, places)
	if err != nil {
		return nil, fmt.Errorf("cannot receive UDP: %w", err)
	}
	e := &Engine{config: c, mux: mux, peers: make(map[*Peer]struct{}), gatherFor: gatherFor}
	s := &e.settings
	s.SetICEUDPMux(mux)
	s.SetIncludeLoopbackCandidate(true)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	s.SetICETimeouts(disconnectedAfter, failedAfter, keepAlive)
	s.SetReceiveMTU(receiveMTU)
	s.SetSRTPReplayProtectionWindow(replayWindow)
	s.SetSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80)
	s.LoggerFactory = quiet{}
	var rules []webrtc.ICEAddressRewriteRule
	for _, p := range places {
		if len(p.hosts) > 0 {
			rules = append(rules, webrtc.ICEAddressRewriteRule{
				External: p.hosts, Local: p.ip.String(),
				AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace,
			})
		}
	}
	if err := s.SetICEAddressRewriteRules(rules...); err != nil {
		mux.Close()
		return nil, fmt.Errorf("addresses for candidates: %w", err)
	}
	return e, nil
}

// Addrs are the sockets that peers send to.
func (e *Engine) Addrs() []net.Addr { return e.mux.GetListenAddresses() }

// Close closes all peers, and waits for them.
func (e *Engine) Close() error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.making.Wait()
	e.mu.Lock()
	var peers []*Peer
	for p := range e.peers {
		peers = append(peers, p)
	}
	e.mu.Unlock()
	var all sync.WaitGroup
	for _, p := range peers {
		all.Go(func() { p.Close() })
	}
	all.Wait()
	return e.mux.Close()
}

// begin guards the making of a peer against Close.
func (e *Engine) begin() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return ErrClosed
	}
	e.making.Add(1)
	return nil
}

func (e *Engine) newPeer(m *webrtc.MediaEngine, r *interceptor.Registry) (*Peer, error) {
	p := &Peer{engine: e, connected: make(chan struct{}), done: make(chan struct{})}
	settings := e.settings
	settings.BufferFactory = (&streams{peer: p}).buffer
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(m), webrtc.WithInterceptorRegistry(r))
	pc, err := api.NewPeerConnection(webrtc.Configuration{
		ICEServers: e.config.iceServers(), BundlePolicy: webrtc.BundlePolicyMaxBundle,
	})
	if err != nil {
		return nil, err
	}
	p.pc = pc
	e.mu.Lock()
	e.peers[p] = struct{}{}
	e.mu.Unlock()
	pc.OnConnectionStateChange(p.state)
	return p, nil
}

// describePeer makes a Peer and its description. One of which that fails is
// closed; and a panic over somebody else's description is such a failure, as
// it must end no other session.
func (e *Engine) describePeer(m *webrtc.MediaEngine, r *interceptor.Registry, describe func(*Peer) (string, error)) (*Peer, string, error) {
	if err := e.begin(); err != nil {
		return nil, "", err
	}
	defer e.making.Done()
	p, err := e.newPeer(m, r)
	if err != nil {
		return nil, "", err
	}
	sdp, err := func() (sdp string, err error) {
		defer guard(&err)
		return describe(p)
	}()
	if err != nil {
		p.Close()
		return nil, "", err
	}
	return p, sdp, nil
}

// answer answers an offer.
func (p *Peer) answer(ctx context.Context, offer string) (string, error) {
	p.heard(offer)
	offer, err := withoutData(offer)
	if err != nil {
		return "", err
	}
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", fmt.Errorf("%w: %v", ErrOffer, err)
	}
	d, err := p.pc.CreateAnswer(nil)
	if err != nil {
		return "", fmt.Errorf("%w: %v", ErrOffer, err)
	}
	return p.describe(ctx, d)
}

// describe sets a description of our own, and returns it with all candidates.
func (p *Peer) describe(ctx context.Context, d webrtc.SessionDescription) (string, error) {
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(d); err != nil {
		return "", err
	}
	if err := p.engine.gather(ctx, gathered); err != nil {
		return "", err
	}
	sdp := p.pc.LocalDescription().SDP
	p.engine.relayed(sdp)
	return sdp, nil
}
