package stream

// Unwrap16 finds the number nearest to ref whose low 16 bits are v: a
// sequence number (RFC 3550, section 5.1) carried on from ref.
func Unwrap16(ref int64, v uint16) int64 {
	return ref + int64(int16(v-uint16(ref)))
}

// Unwrap32 finds the number nearest to ref whose low 32 bits are v: an RTP
// timestamp carried on from ref.
func Unwrap32(ref int64, v uint32) int64 {
	return ref + int64(int32(v-uint32(ref)))
}
