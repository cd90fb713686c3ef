// Package rtc is the room of Pion: peers that receive media for a recording,
// and peers that send it again. It moves RTP packets, and never looks into
// them: what is encrypted end to end stays so.
//
//	Engine.Receive(offer) ──► Peer, answer     InTrack.ReadRTP  ──► a recording
//	Engine.Send(offer)    ──► Peer, answer     Out.Writer       ◄── a player
//	Engine.Offer()        ──► Peer, offer      Peer.Answer(answer)
//
// Every description that an Engine makes has all its candidates: nothing is
// trickled. The other side may trickle its own (Peer.AddCandidate). Repair is different on both sides. A receiving peer asks for what
// is missing (NACK, also over RTX, which is unwrapped before ReadRTP). A
// sending peer keeps no packets; what is asked for again is a matter of its
// Feedback, which has the recording.
package rtc
