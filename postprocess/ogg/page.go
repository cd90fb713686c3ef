package ogg

import (
	"encoding/binary"
	"io"
)

// Header flags of a page, and what its numbers can be; RFC 3533, section 6.
const (
	flagContinued = 1 // the first packet began on an earlier page
	flagFirst     = 2
	flagLast      = 4

	maxSegments = 255
	maxSegment  = 255

	noGranule = -1 // no packet ends on this page
)

// stream is the pages of one logical stream. A page is written when it must
// be, so that the last one is still at hand to be marked.
type stream struct {
	w      io.Writer
	serial uint32
	number uint32 // of the page that is being filled

	segments  []byte // their lengths
	body      []byte
	granule   int64 // at the end of the last packet that ends here
	ended     bool  // a packet ends here
	continued bool
	page      []byte // the bytes to write
}

// add puts a packet on the page, and writes the pages that it fills. granule
// is the position at its end.
func (s *stream) add(packet []byte, granule int64) error {
	if need := len(packet)/maxSegment + 1; len(s.segments) > 0 && len(s.segments)+need > maxSegments {
		if err := s.flush(0); err != nil {
			return err
		}
	}
	for started := false; ; started = true {
		if len(s.segments) == maxSegments {
			if err := s.flush(0); err != nil {
				return err
			}
			s.continued = started
		}
		n := min(len(packet), maxSegment)
		s.segments = append(s.segments, byte(n))
		s.body = append(s.body, packet[:n]...)
		packet = packet[n:]
		if n < maxSegment { // an end of 255 bytes has a segment of 0 behind it
			s.granule, s.ended = granule, true
			return nil
		}
	}
}

// flush writes the page, with these flags besides its own:
//
//	"OggS"  version  flags  granule position, 64 bits  serial number
//	page number  checksum  number of segments  their lengths  body
//
// Numbers of more than a byte are little-endian.
func (s *stream) flush(flags byte) error {
	if s.continued {
		flags |= flagContinued
	}
	granule := s.granule
	if !s.ended {
		granule = noGranule
	}
	const checksum = 22
	b := append(s.page[:0], "OggS"...)
	b = append(b, 0, flags)
	b = binary.LittleEndian.AppendUint64(b, uint64(granule))
	b = binary.LittleEndian.AppendUint32(b, s.serial)
	b = binary.LittleEndian.AppendUint32(b, s.number)
	b = append(b, 0, 0, 0, 0, byte(len(s.segments)))
	b = append(b, s.segments...)
	b = append(b, s.body...)
	binary.LittleEndian.PutUint32(b[checksum:], crc(b))

	s.page = b
	s.number++
	s.segments, s.body = s.segments[:0], s.body[:0]
	s.ended, s.continued = false, false
	n, err := s.w.Write(b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return err
}

// crcTable is that of the polynomial 0x04c11db7, highest bit first. The
// standard library has it lowest bit first.
var crcTable = func() (t [256]uint32) {
	for i := range t {
		r := uint32(i) << 24
		for range 8 {
			r = r<<1 ^ r>>31*0x04c11db7
		}
		t[i] = r
	}
	return t
}()

func crc(b []byte) uint32 {
	var r uint32
	for _, c := range b {
		r = r<<8 ^ crcTable[byte(r>>24)^c]
	}
	return r
}
