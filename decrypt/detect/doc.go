// Package detect guesses from the looks of a track which scheme encrypted it,
// without a key: to say which key is probably missing, and to notice
// recordings that are encrypted and not flagged so.
//
// Each scheme is a way to read a frame: it finds in it the id of a key, and a
// counter or something else that is hardly chance. One frame proves nothing.
// So a Detector looks at how a frame follows the one before it:
//
//	frame n      15 07 f3 15 5e …     SFrame.js, key id 5, counter 7
//	frame n+1    15 09 3c 74 18 …     key id 5, counter 9: it rose by 2
//
// A step that is likely under the scheme and unlikely otherwise is worth bits
// of evidence; one that does not fit takes some away (evidence.go). The
// stretch of frames with most evidence counts, so that a track may begin in
// clear.
//
// What each scheme leaves to see without a key is in sframe.go (RFC 9605,
// SFrame.js), trailer.go (Jitsi, LiveKit, DAVE, the XOR demonstrations) and
// packet.go (PERC Lite, RFC 8723).
//
// No guess is certain. Frames in clear match none of this. That a frame
// parses as VP8 says nothing, since several schemes leave the first bytes in
// clear.
package detect
