// Package record stores RTP in MJR files: what a source delivers, as it came,
// each packet once.
//
// A Recorder makes the files of one session. A source (UDP, Pcap, WHIP, Janus)
// opens a File for each medium it has, and writes packets into it:
//
//	r, err := record.NewRecorder(record.Options{Name: "meeting"})
//	…
//	err = source.Run(ctx, r)
//	report, err := r.Close()
//
// # Files
//
// The files of a session are told apart by what they hold:
//
//	meeting-audio-0.mjr            the first medium of the first publisher
//	meeting-video-1-h.mjr          a simulcast layer, by its rid
//	meeting-2-audio-0.mjr          of the second publisher
//	meeting-audio-0.p002.mjr       the second part, after MaxSize or MaxDuration
//
// A file is called .mjr.tmp while it is written, and gets its name when it is
// whole. No name is ever taken from another file, finished or not: that is
// ErrExists, also between two recorders. A medium of which nothing came leaves
// no file.
//
// Packets are handed to a goroutine that writes them, at least four times a
// second, so that a crash costs less than a second and reading from the
// network never waits for the disk. What stands in the file is always a
// recording: a write that fails is cut back to the last whole packet.
//
// # What is stored
//
// Packets are stored as they came, with their sequence numbers and timestamps.
// Janus's recorder counts from 1 and 0 instead, which hides what the sender
// reports about its clock relate to; Options.Rebase does as Janus does.
//
// A packet that is there already is dropped, and counted: browsers probe the
// bandwidth by sending old packets again. Packets of padding alone are kept,
// because they have sequence numbers: without them there would be holes that
// look like loss.
//
// # What the header tells beyond Janus's
//
// Janus's readers ignore members they do not know. Ours are in one object,
// named "mjr":
//
//	"v"      what wrote the file
//	"mid"    of the medium in the SDP
//	"rid"    of a simulcast layer
//	"part"   the number of this part, from 2 on
//	"start"  "u" of the first part, in every further one; all parts and all
//	         media of a session have their "u" on one clock, which does not
//	         jump when the wall clock is set
//	"sr"     two sender reports (RFC 3550, section 6.4.1), the first known and
//	         the last: each is the sender's wall clock in microseconds since
//	         1970, the RTP timestamp that belongs to it, and when the report
//	         came, in milliseconds since "u"
//
// The header is written with the first packet, and sender reports come later.
// So there is room left for two of them, as white space in the JSON, and they
// are put there when the first one is known and when the file ends. A file of
// its own for them would be lost the first time that a recording is copied.
// Two are enough to place media on the sender's clock, and to see how fast it
// runs. The header extensions ("x") are all that were negotiated, also those
// with ids above 14.
package record
