package janus

import (
	"encoding/json"
	"errors"
	"fmt"
)

// MaxMessage is how long a message from Janus may be, in bytes.
const MaxMessage = 1 << 20

// JSEP is a session description, as Janus carries it beside its messages.
type JSEP struct {
	Type string `json:"type"` // "offer" or "answer"
	SDP  string `json:"sdp"`
	// E2EE says that the media are end-to-end encrypted: SDP does not.
	E2EE bool `json:"e2ee,omitempty"`
}

// message is what Janus says. Which members there are depends on Janus: the
// kind of message.
type message struct {
	Janus       string `json:"janus"`
	Transaction string `json:"transaction"`
	SessionID   uint64 `json:"session_id"`
	Sender      uint64 `json:"sender"` // the handle

	Data struct {
		ID uint64 `json:"id"`
	} `json:"data"`
	Plugin struct {
		Name string          `json:"plugin"`
		Data json.RawMessage `json:"data"`
	} `json:"plugindata"`
	JSEP  *JSEP `json:"jsep"`
	Error *struct {
		Code   int    `json:"code"`
		Reason string `json:"reason"`
	} `json:"error"`

	Version   int    `json:"version"`   // of server_info: 1102 is 1.1.2
	Reason    string `json:"reason"`    // of hangup
	Type      string `json:"type"`      // of media: audio or video
	MID       string `json:"mid"`       // of media and slowlink
	Receiving bool   `json:"receiving"` // of media: Janus gets it
	Uplink    bool   `json:"uplink"`    // of slowlink: from us to Janus
	Lost      int64  `json:"lost"`
}

// The kinds of messages that Janus sends. Others are of no use to a client.
const (
	kindSuccess  = "success"
	kindError    = "error"
	kindAck      = "ack"
	kindTimeout  = "timeout"
	kindDetached = "detached"
)

// ErrMessage says that Janus, or what there is in its place, said something
// that it cannot have said.
var ErrMessage = errors.New("not a message of janus")

// decode reads one message, and checks what a description has to have.
func decode(b []byte) (*message, error) {
	m := new(message)
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("%w: %s", ErrMessage, jsonFault(err))
	}
	switch {
	case m.Janus == "":
		return nil, fmt.Errorf("%w: no member janus", ErrMessage)
	case m.Janus == kindError && m.Error == nil:
		return nil, fmt.Errorf("%w: an error without code and reason", ErrMessage)
	case m.JSEP != nil && m.JSEP.Type != "offer" && m.JSEP.Type != "answer":
		return nil, fmt.Errorf("%w: jsep of type %q", ErrMessage, clip(m.JSEP.Type))
	case m.JSEP != nil && m.JSEP.SDP == "":
		return nil, fmt.Errorf("%w: jsep without sdp", ErrMessage)
	}
	return m, nil
}

// jsonFault says what is wrong with JSON, and quotes nothing of it.
func jsonFault(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("no JSON at byte %d", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf("member %s is of another type at byte %d", clip(kind.Field), kind.Offset)
	}
	return "no JSON"
}

// clip shortens what goes into an error.
func clip(s string) string {
	const most = 200
	if len(s) <= most {
		return s
	}
	return s[:most] + "…"
}
