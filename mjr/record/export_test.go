package record

import "time"

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

// NewUDPSocket is a socket for media that a test gives its datagrams to.
func (r *Recorder) NewUDPSocket(media []Media) (take func(datagram []byte, at time.Time), end func(), err error) {
	s := &socket{}
	s.outlets, err = openOutlets(r, media)
	return func(datagram []byte, at time.Time) { s.take(datagram, nil, at) }, s.flush, err
}

// CountDrops counts packets that the kernel dropped, from what it counts.
func (f *File) CountDrops(totals ...uint32) {
	s := &socket{outlets: []*outlet{{file: f}}}
	for _, n := range totals {
		s.dropped(n)
	}
}
