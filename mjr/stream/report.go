package stream

// Report counts the packets of a recording by what became of them.
type Report struct {
	Read      int64           // records of the file
	Delivered int64           // passed on, in order
	Lost      int64           // sequence numbers that no packet had
	Gaps      int64           // runs of lost sequence numbers
	Duplicate int64           // the same sequence number again
	Reordered int64           // passed on, but not in the order of the file
	Late      int64           // came when the window had moved on; dropped
	Padding   int64           // no payload; dropped
	NotRTP    int64           // RTCP, or not RTP at all; dropped
	Stray     int64           // single packets of another SSRC; dropped
	Restarts  int64           // the sender started its numbers afresh
	Payloads  map[uint8]int64 // packets delivered by payload type
	SSRCs     map[uint32]int64
}
