package record

import "github.com/mjrkit/mjrkit/internal/rtc"

// Engine makes the peer connections of a WHIP or a Janus, which share its
// sockets.
type Engine = rtc.Engine

// EngineConfig says at which addresses an Engine listens. The zero value is all
// of this machine, at a free port.
type EngineConfig = rtc.Config

// ICEServer is a STUN or TURN server.
type ICEServer = rtc.ICEServer

// ErrVanished and ErrFailed are why a peer connection ended by itself.
var (
	ErrVanished = rtc.ErrVanished
	ErrFailed   = rtc.ErrFailed
)

// NewEngine opens the sockets. Close it when the last source has ended.
func NewEngine(c EngineConfig) (*Engine, error) { return rtc.NewEngine(c) }
