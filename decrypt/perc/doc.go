// Package perc opens and seals RTP packets that were encrypted one by one,
// inside of the SRTP that takes them from hop to hop: PERC Lite, and the inner
// layer of double encryption (RFC 8723). Both are SRTP once more, over a
// packet that is put together from what the sender's header was before a
// server rewrote it. That is the original header block, OHB.
//
// PERC Lite has it in front, all of it:
//
//	+------------+------+----------+-----------+------+--------------------+
//	| RTP header | M|PT | sequence | timestamp | SSRC | ciphertext and tag |
//	| as sent on |  1   |    2     |     4     |  4   |                    |
//	+------------+------+----------+-----------+------+--------------------+
//
//	SRTP packet = 80 || OHB || ciphertext and tag
//
// RFC 8723 has it at the end, and only what was changed:
//
//	+------------+--------------------+------+----------+-----------------+
//	| RTP header | ciphertext and tag |  PT  | sequence | 0 0 0 0 B M P Q |
//	| as sent on |                    | if P |   if Q   |                 |
//	+------------+--------------------+------+----------+-----------------+
//
//	SRTP packet = header without extension, with PT, sequence and, if M, the
//	              marker B put back || ciphertext and tag
//
// What comes out is the sender's RTP packet with the header that the tag
// proves, and nothing besides: no extension, and under PERC Lite no CSRCs.
//
// Keys are SRTP master key and master salt together; of RFC 8723 they are the
// inner halves. The rollover counter (ROC) is not in the packet. It is searched
// for from 0, or "roc" of the key file, upwards, and then followed.
package perc
