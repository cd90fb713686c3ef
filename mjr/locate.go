package mjr

// Why bytes are left out.
const (
	reasonMagic   = "no frame magic"
	reasonCut     = "record cut short"
	reasonHeadCut = "file header cut short"
	reasonShort   = "record too short for what it should hold"
	reasonLength  = "record reaches over others: its length is wrong"
	reasonUnfit   = "record is neither sane nor followed by one"
	reasonZeros   = "record runs into zeros"
)

// locate finds the next record that can be believed, and puts the window's
// start there. It does nothing while the one it found was not read.
func (r *Reader) locate() error {
	for r.located == 0 {
		if err := r.step(); err != nil {
			return err
		}
	}
	return nil
}

// step looks at what stands at the window's start: it locates a record, or
// consumes something else.
func (r *Reader) step() error {
	b := r.win.peek(fileHead + wordSize)
	switch {
	case len(b) == 0:
		return r.win.err
	case isHead(b):
		return r.another()
	case r.isFrame(b) && len(b) >= frameHead:
		return r.weigh(frameHead + bodyLen(b))
	case begins(b, r.magic()):
		return r.end(len(b), reasonCut)
	case begins(b, jsonMagic):
		return r.end(len(b), reasonHeadCut)
	}
	return r.resync(reasonMagic)
}

// isHead reports whether b begins with the header of another file, so far as
// its magic tells. A frame of generation 0 with such a body could hold
// nothing.
func isHead(b []byte) bool {
	if len(b) >= fileHead+wordSize && string(b[:fileHead]) == oldFrameMagic+"\x00\x05" {
		word := string(b[fileHead : fileHead+wordSize])
		return word == "audio" || word == "video" || word[0] == 'd'
	}
	return len(b) >= len(jsonMagic) && begins(b, jsonMagic)
}

// weigh decides whether to believe the frame of size bytes at the window's
// start. What stands behind it is the evidence: a length that is wrong leads
// to where no frame begins.
func (r *Reader) weigh(size int) error {
	b := r.win.peek(size + beyond)
	if len(b) < size {
		if i := r.inside(len(b)); i > 0 {
			r.skip(i, reasonLength)
			return nil
		}
		return r.end(len(b), reasonCut)
	}
	if r.follows(b[size:]) {
		if size < frameHead+r.minBody() {
			r.skip(size, reasonShort)
			return nil
		}
		if i := r.swallowed(b, size); i > 0 {
			r.skip(i, reasonLength)
			return nil
		}
	} else {
		if !r.fits(b[frameHead:size], size-frameHead) {
			return r.resync(reasonUnfit)
		}
		if i := r.inside(size); i > 0 {
			r.skip(i, reasonLength)
			return nil
		}
		b = r.win.peek(size + beyond)
		if runsIntoZeros(b, size) {
			return r.resync(reasonZeros)
		}
		// Only what follows is damaged, as far as can be seen.
	}
	if r.judged || r.judge(b[:size], b[size:]) {
		r.located = size
	}
	return nil
}

// runsIntoZeros reports whether the frame's last bytes are zeros and those
// behind it, too, where a frame should begin: then a block of the file was
// lost, and the end of this frame with it.
func runsIntoZeros(b []byte, size int) bool {
	const enough = 4 // media may well end in a zero or two
	if len(b) < size+beyond || size < frameHead+enough {
		return false
	}
	for _, c := range b[size-enough : size+beyond] {
		if c != 0 {
			return false
		}
	}
	return true
}

// end is for a record that the file's end cuts short.
func (r *Reader) end(n int, reason string) error {
	if err := r.failure(); err != nil {
		return err
	}
	r.truncate(n, reason)
	return nil
}

// truncate leaves out the last n bytes of the file.
func (r *Reader) truncate(n int, reason string) {
	r.report.Truncated = true
	r.skip(n, reason)
}

// skip leaves out n bytes at the window's start.
func (r *Reader) skip(n int, reason string) {
	r.damage(r.win.off, int64(n), reason)
	r.win.discard(n)
}

func (r *Reader) damage(off, n int64, reason string) {
	r.report.Damaged++
	r.report.Skipped += n
	if len(r.report.Damages) < MaxDamages {
		r.report.Damages = append(r.report.Damages, Damage{off, n, reason})
	}
}
