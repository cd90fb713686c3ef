package replay

import (
	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/internal/whip"
)

// Engine makes the peer connections of a Server, of Publish and of Janus, which
// share its sockets.
type Engine = rtc.Engine

// EngineConfig says at which addresses an Engine listens. The zero value is all
// of this machine, at a free port.
type EngineConfig = rtc.Config

// ICEServer is a STUN or TURN server.
type ICEServer = rtc.ICEServer

// WHIPClient says to which WHIP server to Publish.
type WHIPClient = whip.Client

// Taken is a track that the other side takes, or does not.
type Taken = rtc.Out

// NewEngine opens the sockets. Close it when the last session has ended.
func NewEngine(c EngineConfig) (*Engine, error) { return rtc.NewEngine(c) }
