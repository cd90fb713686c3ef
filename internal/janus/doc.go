// Package janus speaks the API of the Janus server over a WebSocket, and that
// of its VideoRoom plugin on top.
//
//	Session ──── one WebSocket, kept alive
//	   │ Attach
//	Handle ───── one conversation with a plugin: Request, Next
//	   │
//	Room ─────── a participant: who publishes; Publish
//	Subscription a handle of its own: the media of one publisher
//
// Every request carries a transaction id. Janus answers it with an
// acknowledgement first, or after, and with the event that is the answer.
// Events that answer nothing are those of a handle: Next returns them in order.
//
// All that Janus says is checked before it is used, and bounded: messages are
// at most MaxMessage long, and a handle whose events are not read ends the
// session. Secrets are in no error.
package janus
