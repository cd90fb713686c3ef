// Package livekit opens frames that LiveKit's clients encrypted: the
// JavaScript worker of livekit-client since 1.13, and the native SDKs.
//
//	┌───────┬────────────┬─────┬────┬────┬───────┐
//	│ clear │ ciphertext │ tag │ IV │ 0C │ index │
//	└───────┴────────────┴─────┴────┴────┴───────┘
//	                       16    12   1     1
//
// The cipher is AES-GCM and the clear bytes are its associated data. IV is
// SSRC, RTP timestamp and a third word that falls with a send counter, 32
// bits each; it is read from the frame, since a server may have rewritten
// the RTP header. 0C is the IV's length. The index names the key.
//
// # How much is clear
//
// Audio 1 byte; VP8 10 bytes of a key frame and 3 of others; VP9 and AV1
// none; H.264 and H.265 everything up to and with the second byte of the
// first slice. Where the sender did not know the codec: 10 and 3.
//
// After the clear bytes of H.264 and H.265 all that follows, the trailer
// too, carries emulation prevention: 03 between 00 00 and 00..03. A
// depacketizer gives every NAL unit a start code of 4 bytes, while some
// senders authenticated codes of 3.
//
// None of this is marked in the frame, and eight releases differ. So an
// Opener tries the ways to read a frame (ways.go) as it tries keys, through
// decrypt.Ring, and stays with the one that the tag proved.
//
// # Keys
//
//	passphrase ─PBKDF2─┐                  ┌► AES key 0     ┌► AES key 1
//	                   ├► chain key 1 ────┴► chain key 2 ──┴► …
//	raw bytes ───HKDF──┘
//
// A chain key is 32 bytes, made from the one before it by the same function
// with the same salt, "LKFrameEncryptionKey" unless the application has one
// of its own. The AES key of step n is the beginning of chain key n+1.
//
// # Besides frames
//
// Newer clients may put metadata behind the encrypted frame, marked "LKTS";
// it is not authenticated, and stripped. Servers put blank frames of their
// own into a subscriber's track; Filter recognises them by the room's
// trailer or by their contents.
package livekit
