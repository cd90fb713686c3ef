// Package sframe opens and seals frames of SFrame, RFC 9605.
//
// A sealed frame is a header, the ciphertext and a tag; nothing of it is
// media in clear:
//
//	 7 6 5 4 3 2 1 0
//	+-+-----+-+-----+------------+------------+------------+-----+
//	|X|  K  |Y|  C  | KID (0..8) | CTR (0..8) | ciphertext | tag |
//	+-+-----+-+-----+------------+------------+------------+-----+
//
// X=0: K is the key id itself; X=1: the key id follows in K+1 bytes. Y and C
// say the same of the counter. Both numbers are unsigned and big-endian.
//
//	nonce = salt XOR counter      AAD = header || metadata of the key file
//
// Salt and key are derived from a base key and the key id, so that one base
// key can serve many ids. The cipher suite is not in the frame: every key of
// the file that may bear a key id is a candidate for it, whatever its suite.
// The key file says how ids and base keys hang together ("kdf"):
//
//	(none)     one base key; "key_id" is its id, or it is tried for all
//	ratchet    sender keys, section 5.1: id = generation << R | step mod 2^R
//	mls        MLS, section 5.2: id = sender << E | epoch mod 2^E; one
//	           exporter secret serves all senders of its epoch
//	mls-cisco  the same ids, as the library cisco/sframe derives its keys
//	per-ssrc   a base key for each SSRC (draft-ietf-avtcore-rtp-sframe)
//
// Suites 1 to 5 are those of the RFC, 6 to 8 are in IANA's registry.
package sframe
