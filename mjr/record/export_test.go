package record

// Disk is an open file, for tests that put another in its place.
type Disk = disk

// CreateFile makes a real file.
var CreateFile = createFile

// SetCreate makes a recorder create its files by another function.
func (r *Recorder) SetCreate(create func(path string) (Disk, error)) { r.create = create }

// SenderReports finds sender reports in RTCP.
var SenderReports = senderReports

// SaysEncrypted reads the query of a URL for WHIP.
var SaysEncrypted = saysEncrypted
