// Package mjr reads and writes MJR files, the recordings of the Janus WebRTC
// server.
//
// A file holds one medium: one audio track, one video track or one data
// channel. It has a header, and then a record for each RTP packet or message,
// in the order they came in. All integers are big-endian. There is no index,
// no checksum and no mark of the end.
//
//	       0               8      10              10+J
//	       +---------------+------+---------------+--------+--------+----
//	v2     | MJR00002      | J    | JSON, J bytes | record | record | …
//	       +---------------+------+---------------+--------+--------+----
//	v1     | MJR00001      | J    | JSON, J bytes | record | record | …
//	       +---------------+------+---------------+--------+--------+----
//	v0     | MEETECHO      | 5    | audio, video  | record | record | …
//	       +---------------+------+---------------+--------+--------+----
//
// A record of v2 (since Janus 0.7.4, of 2019) has the milliseconds that passed
// since the first one was written. Records of v1 and v0 have no time:
//
//	       0        4        8      10                      10+L
//	       +--------+--------+------+-----------------------+
//	v2     | MEET   | ms     | L    | body, L bytes         |
//	       +--------+--------+------+-----------------------+
//	v1, v0 | MEETECHO        | L    | body, L bytes         |
//	       +-----------------+------+-----------------------+
//
// The body is a whole RTP packet without SRTP, or of a data channel the wall
// clock in microseconds since 1970 and the message:
//
//	       10                                               10+L
//	       +------------+-------+------------+---------+----+
//	audio, | RTP header | CSRCs | extensions | payload | padding
//	video  +------------+-------+------------+---------+----+
//	       10           18                                  10+L
//	       +------------+-----------------------------------+
//	data   | µs, signed | message                           |
//	       +------------+-----------------------------------+
//
// The members of the JSON are those of Header. Janus writes the magic at once
// and the JSON with the first record, so a recording that never got one is
// eight bytes long.
//
// # Reading
//
//	r, err := mjr.NewReader(f)
//	if err != nil {
//		return err // errors.Is(err, mjr.ErrNotMJR), or f could not be read
//	}
//	for {
//		p, err := r.ReadPacket()
//		if err == io.EOF {
//			break
//		}
//		…
//	}
//	if report := r.Report(); !report.Whole() { … }
//
// A Reader takes what a crash, a bad disk or another writer left of a file. A
// record is believed if its length leads to another record, to a file header
// or to the end. Where it does not, the Reader looks for records that the
// length reaches over, and goes on at the first of them; where there are none
// the record is kept, and what follows is left out up to the next frame magic
// with sane RTP (or a sane wall clock) and something believable behind it. A
// length can also be wrong and lead to a record by chance: a record that holds
// others of its own stream, in order and up to its very end, is left out for
// them. Files put together with cat are read on through.
//
// # Writing
//
// A Writer writes v2, byte for byte as Janus does, and refuses what Janus's own
// tools cannot read.
package mjr
