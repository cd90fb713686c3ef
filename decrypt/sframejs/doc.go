// Package sframejs opens and seals frames of Medooze's SFrame.js, keys of
// "alg" MEDOOZE-SFRAME. It is the draft omara-sframe-00 with changes of its
// own, and neither its headers nor its keys are those of RFC 9605.
//
//	+-------------+--------+------------+-----+
//	| clear bytes | header | ciphertext | tag |
//	+-------------+--------+------------+-----+
//	     0, 3 or 10  2..15      as the   4 audio
//	                            frame   10 video
//
// The header is covered by the tag:
//
//	 0 1 2 3 4 5 6 7
//	+-+-----+-+-----+-------------------+-------------------+
//	|S| LEN |X|  K  | key id, K bytes   | counter, LEN bytes|
//	+-+-----+-+-----+-------------------+-------------------+
//	                  only if X is 1
//
// With X 0, K is the key id itself. S says that more stands behind the tag,
// in every twelfth frame of a track that is signed:
//
//	+------------+-------+-----------+
//	| older tags | count | signature |
//	+------------+-------+-----------+
//	  newest first   1       64
//
// The clear bytes are there when the sender was told to skip VP8's payload
// header, in video of any codec: 10 if bit 0 of the first byte is 0, else 3.
// They are a copy: the ciphertext has them too, and only there they are
// authentic. Nothing in the frame says whether they are there, so the tag is
// tried at both places.
//
// # Keys
//
// A key of the file is the base key of one sender, who has it for all tracks.
// A sender may ratchet it without a mark in the frames, or take a new one.
//
// The key file must have the key id as it is, in e2ee.key_id. Ids of five
// bytes and more reach the header mangled, which is undone here; without the
// id in the file it cannot be.
//
// # The order of the IV
//
// Releases up to 0.0.3 (June 2020) have key id and counter the other way round
// in the IV, and no tag covers the IV: under the wrong order a frame opens,
// authentic, to noise. So e2ee.iv_order has to say "kid-ctr" for those
// recordings. Where it is unset, the order is "ctr-kid" as of 0.1.0, unless a
// frame has clear bytes: then the order is the one under which they come out.
//
// # Weaknesses
//
// Two senders with one base key have the same key stream at the same counter.
// With "kid-ctr" each frame has that of the one before, one block on. Tags of
// audio have 32 bits. decrypt.ParseKeys warns of a base key with several ids.
package sframejs
