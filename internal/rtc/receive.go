package rtc

import (
	"context"
	"fmt"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

// keyFrameEvery is how often a sender is asked for a key frame: a recording
// that lost one, and replay, can go on from the next.
const keyFrameEvery = 4 * time.Second

// ReceiveOptions say what becomes of what is received.
type ReceiveOptions struct {
	// Track is called for every track, and every layer of a simulcast, when its
	// first packet has come: in a goroutine of its own, which reads until
	// ReadRTP fails. What is read late is lost, so it should only copy.
	Track func(*InTrack)
	// KeyFrameEvery is how often video is asked for a key frame; 0 is 4 s.
	KeyFrameEvery time.Duration
}

// Receive answers an offer to send media: of a WHIP client, or of Janus to
// those who subscribe. The answer has all candidates. ctx bounds the making of
// the answer alone.
//
// The error wraps ErrOffer where the offer cannot be understood, ErrCodec
// where no codec in it is known.
func (e *Engine) Receive(ctx context.Context, offer string, o ReceiveOptions) (*Peer, string, error) {
	offered, err := lines(offer)
	if err != nil {
		return nil, "", err
	}
	if !sends(offered) {
		return nil, "", fmt.Errorf("%w: it sends no audio and no video", ErrOffer)
	}
	m, r, err := receiver(byMID(offered))
	if err != nil {
		return nil, "", err
	}
	if o.KeyFrameEvery <= 0 {
		o.KeyFrameEvery = keyFrameEvery
	}
	return e.describePeer(m, r, func(p *Peer) (string, error) {
		var answered []line
		known := make(chan struct{}) // closed when answered is
		p.pc.OnTrack(func(t *webrtc.TrackRemote, r *webrtc.RTPReceiver) {
			select {
			case <-known:
				p.incoming(answered, t, r, o)
			case <-p.done:
			}
		})
		answer, err := p.answer(ctx, offer)
		if err != nil {
			return "", err
		}
		if answered, err = lines(answer); err != nil {
			return "", err
		}
		for i := range min(len(answered), len(offered)) {
			answered[i].announced = offered[i].announced || offered[i].layered
		}
		if !receives(answered) {
			return "", ErrCodec
		}
		close(known)
		return answer, nil
	})
}

func sends(all []line) bool {
	for _, l := range all {
		if l.media() && (l.direction == "sendrecv" || l.direction == "sendonly") {
			return true
		}
	}
	return false
}

// byMID reports whether streams may be told apart by the mid in their header
// extensions (RFC 9143): Pion then takes what is neither announced
// nor layered for a layer whose rid is still to come, and waits for it in vain.
// Without mids it goes by the payload type.
func byMID(offered []line) bool {
	unannounced, layered := false, false
	for _, l := range offered {
		if l.media() && (l.direction == "sendrecv" || l.direction == "sendonly") {
			unannounced = unannounced || !l.announced && !l.layered
			layered = layered || l.layered
		}
	}
	return layered || !unannounced
}

func receives(all []line) bool {
	for _, l := range all {
		if l.media() && (l.direction == "sendrecv" || l.direction == "recvonly") {
			return true
		}
	}
	return false
}

func (l line) media() bool { return !l.refused && (l.kind == "audio" || l.kind == "video") }

// receiver sets up what a receiving peer knows and does.
func receiver(byMID bool) (*webrtc.MediaEngine, *interceptor.Registry, error) {
	m, r := new(webrtc.MediaEngine), new(interceptor.Registry)
	audio, video := registered()
	for _, c := range audio {
		if err := m.RegisterCodec(c.parameters("audio"), webrtc.RTPCodecTypeAudio); err != nil {
			return nil, nil, err
		}
	}
	for _, c := range video {
		if err := m.RegisterCodec(c.parameters("video"), webrtc.RTPCodecTypeVideo); err != nil {
			return nil, nil, err
		}
	}
	for kind, uris := range recorded() {
		for _, uri := range uris {
			if uri == sdp.SDESMidURI && !byMID {
				continue
			}
			if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: uri}, kind); err != nil {
				return nil, nil, err
			}
		}
	}
	// Sending feedback about all packets (TWCC) lets browsers raise their bitrate.
	if err := webrtc.ConfigureTWCCSenderWithOptions(m, r, twcc.WithLoggerFactory(quiet{})); err != nil {
		return nil, nil, err
	}
	generator, err := nack.NewGeneratorInterceptor(nack.WithGeneratorLoggerFactory(quiet{}))
	if err != nil {
		return nil, nil, err
	}
	reports, err := report.NewReceiverInterceptor(report.WithReceiverLoggerFactory(quiet{}))
	if err != nil {
		return nil, nil, err
	}
	r.Add(generator)
	r.Add(reports)
	return m, r, nil
}

// recorded are the header extensions that a recording should have, and those
// that tell the layers of a simulcast apart.
func recorded() map[webrtc.RTPCodecType][]string {
	return map[webrtc.RTPCodecType][]string{
		webrtc.RTPCodecTypeAudio: {
			sdp.SDESMidURI, sdp.AudioLevelURI, sdp.ABSSendTimeURI,
			"http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
		},
		webrtc.RTPCodecTypeVideo: {
			sdp.SDESMidURI, sdp.SDESRTPStreamIDURI, sdp.SDESRepairRTPStreamIDURI,
			"urn:3gpp:video-orientation", sdp.ABSSendTimeURI,
			"http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
			"http://www.webrtc.org/experiments/rtp-hdrext/color-space",
			"http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
			"https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
		},
	}
}
