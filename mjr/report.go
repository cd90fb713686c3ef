package mjr

// Report is what a Reader found besides packets.
type Report struct {
	Records int64 // read whole
	// Damages lists what could not be read, the first MaxDamages of them.
	Damages []Damage
	// Skipped is how many bytes lie in all damages together; Damaged how many
	// damages there are.
	Skipped int64
	Damaged int64
	// Truncated: the file ends inside a record or inside the header. The last
	// of Damages tells where, if it fits.
	Truncated bool
	// Headers counts further headers met inside the file (recordings put
	// together with cat).
	Headers int64
}

// MaxDamages bounds Report.Damages.
const MaxDamages = 100

// Damage is a run of bytes that is no record. A file header that is wrong in
// part is one, too, though what could be understood of it is used. One that is
// missing has no bytes: its Length is 0.
type Damage struct {
	Offset int64  // of its first byte in the file
	Length int64  // in bytes
	Reason string // "no frame magic", "record cut short", …
}

// Whole reports whether all of the file could be read.
func (r Report) Whole() bool { return r.Damaged == 0 && !r.Truncated }
