package rtc

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/pion/interceptor"
	"github.com/pion/webrtc/v4"
)

// Send answers an offer to receive media, of a WHEP client: the first track of
// a kind goes to the first media line of that kind which takes its codec, and
// so on. Peer.Outs tells what came of it. ctx bounds the making of the answer
// alone.
//
// The error wraps ErrOffer where the offer cannot be understood, ErrCodec
// where it takes none of the tracks.
func (e *Engine) Send(ctx context.Context, offer string, tracks []OutTrack, f Feedback) (*Peer, string, error) {
	offered, err := lines(offer)
	if err != nil {
		return nil, "", err
	}
	m, plan, err := match(offered, tracks)
	if err != nil {
		return nil, "", err
	}
	return e.describePeer(m, new(interceptor.Registry), func(p *Peer) (string, error) {
		if err := p.addTracks(tracks, plan); err != nil {
			return "", err
		}
		answer, err := p.answer(ctx, offer)
		if err != nil {
			return "", wrapCodec(err)
		}
		p.listen(f)
		return answer, nil
	})
}

// Offer makes an offer to send tracks, for a WHIP server or for Janus; each in
// its own codec alone. Peer.Answer takes the answer, then Peer.Outs tells what
// came of it. ctx bounds the gathering of candidates.
func (e *Engine) Offer(ctx context.Context, tracks []OutTrack, f Feedback) (*Peer, string, error) {
	m, plan, err := propose(tracks)
	if err != nil {
		return nil, "", err
	}
	return e.describePeer(m, new(interceptor.Registry), func(p *Peer) (string, error) {
		if err := p.addTracks(tracks, plan); err != nil {
			return "", err
		}
		p.feedback = f
		d, err := p.pc.CreateOffer(nil)
		if err != nil {
			return "", err
		}
		return p.describe(ctx, d)
	})
}

// Answer takes the answer to the offer that the Peer was made with. The error
// wraps ErrOffer where it cannot be understood, ErrCodec where it takes none
// of the tracks.
func (p *Peer) Answer(answer string) (err error) {
	defer guard(&err)
	answered, err := lines(answer)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(answered, func(l line) bool { return l.kind == application }) {
		return fmt.Errorf("%w: an answer with data channels, which were not offered", ErrOffer)
	}
	p.heard(answer)
	// A line that is refused has no codecs, which Pion takes for an error.
	for i, s := range p.senders {
		if i < len(answered) && answered[i].refused {
			if err := p.pc.RemoveTrack(s.rtp); err != nil {
				return fmt.Errorf("%w: %v", ErrOffer, err)
			}
		}
	}
	err = p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
	if errors.Is(err, webrtc.ErrUnsupportedCodec) {
		return wrapCodec(err)
	}
	if err != nil {
		return fmt.Errorf("%w: %v", ErrOffer, err)
	}
	for _, t := range p.outs {
		if t.out.Sent {
			p.listen(p.feedback)
			return nil
		}
	}
	return ErrCodec
}

func wrapCodec(err error) error {
	if errors.Is(err, webrtc.ErrUnsupportedCodec) {
		return fmt.Errorf("%w: %v", ErrCodec, err)
	}
	return err
}

// Outs tell what was negotiated, by track.
func (p *Peer) Outs() []Out {
	var outs []Out
	for _, t := range p.outs {
		outs = append(outs, t.out)
	}
	return outs
}

// addTracks makes the media lines. A track without codecs in the plan is not
// sent.
func (p *Peer) addTracks(tracks []OutTrack, plan [][]codec) error {
	stream := rand.Text() // as RFC 7022 wants a CNAME: of this session alone
	for i, want := range tracks {
		t := &outTrack{want: want, id: want.Kind + strconv.Itoa(i), stream: stream}
		p.outs = append(p.outs, t)
		if len(plan[i]) == 0 {
			continue
		}
		tr, err := p.pc.AddTransceiverFromTrack(t, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		if err != nil {
			return err
		}
		var prefer []webrtc.RTPCodecParameters
		for _, c := range plan[i] {
			prefer = append(prefer, c.parameters(want.Kind))
		}
		if err := tr.SetCodecPreferences(prefer); err != nil {
			return err
		}
		p.senders = append(p.senders, sender{i, t, tr.Sender()})
	}
	return nil
}
