// Package whip is WebRTC signalling over HTTP, both ends of it: an offer is
// POSTed, the answer comes back, and what was made is a resource of its own.
// WHIP (RFC 9725) sends media so, WHEP (draft-ietf-wish-whep) receives it; to
// HTTP they are the same.
//
//	client                              server
//	OPTIONS endpoint                ──► Link: <turn:…>; rel="ice-server"
//	POST endpoint, application/sdp  ──► 201, the answer, Location, ETag, Link
//	PATCH Location, If-Match        ──► 204 candidates | 405 no trickling
//	DELETE Location                 ──► 200, then 404
//
// What a session is, the package does not know: Server.Accept makes one of an
// offer. Server and Client speak the protocol, and see to it that nothing is
// left behind.
//
// Who may connect at all is the business of package door.
package whip

import "fmt"

// maxBody bounds every body that is read, in bytes: offers, answers, fragments.
const maxBody = 64 << 10

// The media types of RFC 9725, section 4.
const (
	typeSDP      = "application/sdp"
	typeFragment = "application/trickle-ice-sdpfrag" // RFC 8840, section 9
)

// ICEServer is a STUN or TURN server, as in RTCConfiguration.
type ICEServer struct {
	URLs       []string
	Username   string
	Credential string
}

// String leaves the credential out.
func (s ICEServer) String() string { return fmt.Sprintf("%q", s.URLs) }

// Format leaves the credential out, whatever the verb.
func (s ICEServer) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }
