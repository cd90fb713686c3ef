// Package xor opens and seals the frames of the demonstrations that XOR media
// with a text.
//
// This is not encryption. There is no authentication and no nonce: whoever
// guesses a few bytes of one frame has the key, whoever is on the path can
// change frames at will, and no tool can tell a wrong key from a right one.
// What comes out is therefore always marked decrypt.Result.Unauthenticated,
// and may be noise. The demonstrations show how browsers hand out encoded
// frames; recordings of them exist because every Janus installation has one.
//
// # Formats
//
//	+-------+------------------------+-------+-------------+
//	| clear | media XOR repeated key | keyId | DE AD BE EF |
//	+-------+------------------------+-------+-------------+
//
// Byte i of the frame, counted from its beginning, is XORed with byte
// i mod len(key) of the key: the low bytes of the text's UTF-16 units. keyId
// is 1 at first and one more at every change of the text, modulo 255. The four
// bytes at the end are constant.
//
//	demonstration                   clear bytes                    keyId
//	Janus, html/demos/e2e.js        10                             yes
//	webrtc/samples since 2020-04    10                             yes
//	webrtc/samples, "crypto offset" 10 key / 3 delta / 1 audio     yes
//	webrtc/samples, box unticked    0                              yes
//	webrtc/samples of 2020-03       0                              no
//
// In a key file, XOR-DEMO-JANUS is 10 clear bytes always, which opens the
// samples of 2020-04 too. XOR-DEMO-WEBRTC is the sample with its box: ticked,
// or with "clear_header" false unticked. Without authentication no key can be
// tried, so with "clear_header" false the key_index settles the trailer: with
// one it has a keyId, and without one it has none, as in 2020-03.
//
// Janus's demonstration fails on frames shorter than 10 bytes (Opus in
// silence) and then sends no more of that track.
package xor
