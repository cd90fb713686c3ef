// Package jitsi opens and seals the end-to-end encrypted frames of Jitsi Meet
// and its forks, in all forms that lib-jitsi-meet has sent.
//
// # Formats
//
// Since 2021-04-29 (JITSI-GCM), and with a key that the page was given from
// outside since 2021-10 (JITSI-GCM-DIRECT):
//
//	+-------+------------+---------+--------+----+----------+
//	| clear | ciphertext | tag, 16 | IV, 12 | 0C | keyIndex |
//	+-------+------------+---------+--------+----+----------+
//
// AES-GCM; the clear bytes are authenticated, and the IV is the sender's
// SSRC, RTP timestamp and a send count below 65535, 32 bits each. The frame's
// IV counts, as servers rewrite the packet's fields. keyIndex is below 16.
// The key is HKDF-SHA256 of 32 random bytes a participant, or the external
// key itself. Senders ratchet the 32 bytes when somebody joins, which the
// frame does not show, and take new ones when somebody leaves. Nextcloud Talk
// has other salts, encedo another key length.
//
// From 2020-09-23 to 2021-04-29, called JFrame (JITSI-JFRAME-CTR):
//
//	+-------+------------+-------------+------------+------------------+------+
//	| clear | ciphertext | tag, 4 / 10 | CTR, 1..8  | [signature, 132] | last |
//	+-------+------------+-------------+------------+------------------+------+
//
//	  7   6   5   4   3   2   1   0
//	+---+-----------+---------------+    S: signed
//	| S |  len - 1  |      KID      |    len: bytes of CTR, the shortest form
//	+---+-----------+---------------+    KID: 3 bits before 2020-10-02 (era D)
//
// AES-128-CTR and HMAC-SHA256 over the frame with zeros for tag and
// signature; the tag has 4 bytes for audio and 10 for video. From 2020-10-27
// to 2021-03-31 (era F) every frame carries an ECDSA signature of its tag, by
// P-521 with SHA-256. Era D has no ratchet. The tag does not tell how many
// bytes are in clear: a recording that names the wrong codec opens to frames
// whose first bytes are wrong.
//
// From 2020-04-07 to 2020-09-23 (JITSI-HIPS):
//
//	+-------+------------+---------+--------+----------+
//	| clear | ciphertext | tag, 16 | IV, 12 | keyIndex |
//	+-------+------------+---------+--------+----------+
//
// AES-128-GCM with IV and clear bytes as today. The key is PBKDF2 of a
// passphrase with the room's name as salt (era A); since 2020-05-12 the salt
// is room, 00, sender (era B); since 2020-08-12 the secret is 32 random bytes
// (era C). A key with a sender is of era B or C. keyIndex is below 3.
//
// Clear are, in all of them, 1 byte of audio, 10 of a key frame, 3 of another.
//
// # Security
//
// The keys of GCM frames are sound today; whoever is in the call holds every
// sender's key, though, and can forge. In JFrame the counter of frames and
// AES-CTR's counter of blocks share their low bits, so neighbouring frames
// are encrypted with the same keystream one block apart: such recordings are
// readable without a key, by whoever makes the effort. A passphrase of 2020
// is one key per room and name, for ever.
//
// Senders sent frames in clear while they had no key, until 2025-04-11. Such
// frames lack the trailer, and are decrypt.ErrFormat. JFrame's last byte can
// look like anything, so there most of them are decrypt.ErrAuth instead.
package jitsi
