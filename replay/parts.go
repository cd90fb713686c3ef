package replay

import (
	"fmt"
	"io"
	"sort"

	"github.com/mjrkit/mjrkit/mjr"
)

// Part is a file with a part of a recording.
type Part struct {
	Name string
	R    io.ReaderAt
	Size int64
}

// OpenParts is OpenRecording for a recording that was stored in parts, in their
// order. It is named by the first one. A file that is no part of it is left
// out, and Recording.Parts tells why.
func OpenParts(first Part, further ...Part) (*Recording, error) {
	return openParts(append([]Part{first}, further...))
}

func openParts(parts []Part) (*Recording, error) {
	r := &Recording{Name: parts[0].Name, src: newJoined(parts)}
	src, err := r.open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.Name, err)
	}
	r.Header = src.Header
	if err := r.load(src); err != nil {
		return nil, err
	}
	return r, nil
}

// joined is the files of a recording behind one another.
type joined struct {
	parts []Part
	ends  []int64
}

func newJoined(parts []Part) *joined {
	j := &joined{parts: parts}
	end := int64(0)
	for _, p := range parts {
		end += p.Size
		j.ends = append(j.ends, end)
	}
	return j
}

// begins is where a part begins.
func (j *joined) begins(part int) int64 { return j.ends[part] - j.parts[part].Size }

// ReadAt reads from one part: no packet lies in two.
func (j *joined) ReadAt(b []byte, off int64) (int, error) {
	part := sort.Search(len(j.ends), func(i int) bool { return off < j.ends[i] })
	if part == len(j.ends) {
		return 0, io.EOF
	}
	return j.parts[part].R.ReadAt(b, off-j.begins(part))
}

// partsReader gives packets the offsets that they have in a joined.
type partsReader struct {
	*mjr.PartsReader
	src *joined
}

func (r *partsReader) ReadPacket() (mjr.Packet, error) {
	p, err := r.PartsReader.ReadPacket()
	p.Offset += r.src.begins(r.Part())
	return p, err
}

// open reads the files from their beginning.
func (r *Recording) open() (*partsReader, error) {
	var parts []mjr.Part
	for _, p := range r.src.parts {
		parts = append(parts, mjr.Part{Name: p.Name, R: io.NewSectionReader(p.R, 0, p.Size)})
	}
	src, err := mjr.NewPartsReader(parts[0], parts[1:]...)
	if err != nil {
		return nil, err
	}
	return &partsReader{src, r.src}, nil
}

// rebind makes other readers of the same files those that are played from.
func (r *Recording) rebind(files []io.ReaderAt) {
	parts := make([]Part, len(files))
	for i, p := range r.src.parts {
		parts[i] = Part{p.Name, files[i], p.Size}
	}
	r.src = newJoined(parts)
}

// sum adds up what was found in the files of a recording. Damages are those of
// all of them, at their offsets in their own files.
func sum(parts []mjr.PartReport) mjr.Report {
	total := parts[0].Report
	for _, p := range parts[1:] {
		total.Records += p.Records
		total.Skipped += p.Skipped
		total.Damaged += p.Damaged
		total.Headers += p.Headers
		total.Truncated = total.Truncated || p.Truncated
		room := mjr.MaxDamages - len(total.Damages)
		total.Damages = append(total.Damages, p.Damages[:min(room, len(p.Damages))]...)
	}
	return total
}

// Incomplete tells what of the recording's files could not be had: in words,
// and nil if it is all there. Damage is in File.
func (r *Recording) Incomplete() []error {
	var all []error
	for _, p := range r.Parts {
		switch first, last := p.Number-p.Missing, p.Number-1; {
		case p.Left != nil:
			all = append(all, fmt.Errorf("%s is left out: %w", p.Name, p.Left))
		case p.Missing == 1:
			all = append(all, fmt.Errorf("%s: part %d of the recording is missing", p.Name, last))
		case p.Missing > 1:
			all = append(all, fmt.Errorf("%s: parts %d to %d of the recording are missing", p.Name, first, last))
		}
	}
	return all
}
