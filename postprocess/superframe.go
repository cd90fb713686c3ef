package postprocess

// maxLayers is how many frames a superframe can have.
const maxLayers = 8

// pictures is the stage that joins the spatial layers of a VP9 picture, which
// the sender's transform saw one by one, to one superframe (VP9 bitstream
// specification, Annex B): a decoder shows the last of its frames, the
// highest layer. Frames put one after the other without the index at the end
// would show the lowest one.
//
// A layer that is predicted from a missing one below it is left out: the
// picture comes out with fewer pixels.
type pictures struct {
	src    frameReader
	report *FrameReport

	next frame // read, and of the next picture
	have bool
	err  error

	cur    frame // the picture in the making
	open   bool
	layers uint8 // a bit for each layer in it
	buf    []byte
	sizes  []int
	lost   bool // a layer is missing since the first of the last picture
}

func (p *pictures) readFrame() (frame, error) {
	for {
		f, err := p.read()
		switch {
		case err != nil && p.open:
			return p.finish(), nil
		case err != nil:
			return frame{}, err
		case p.open && (f.time != p.cur.time || f.source != p.cur.source):
			p.next, p.have = f, true
			return p.finish(), nil
		case !p.stands(f):
			p.report.Incomplete++
			p.lost = true
		case !p.open && f.last:
			f.lost = f.lost || p.lost
			p.lost = false
			return f, nil
		default:
			p.add(f)
		}
		if p.open && f.last {
			return p.finish(), nil
		}
	}
}

func (p *pictures) read() (frame, error) {
	if p.have {
		p.have = false
		return p.next, nil
	}
	if p.err != nil {
		return frame{}, p.err
	}
	f, err := p.src.readFrame()
	p.err = err
	return f, err
}

// stands tells whether what a layer is predicted from is there, and whether
// there is room for it.
func (p *pictures) stands(f frame) bool {
	if p.open && len(p.sizes) == maxLayers {
		return false
	}
	if !f.above || f.spatial == 0 {
		return true
	}
	return p.open && p.layers&(1<<(f.spatial-1)) != 0
}

// add appends a layer to the picture in the making.
func (p *pictures) add(f frame) {
	size := lookVP9(f.data)
	f.width, f.height = max(f.width, size.Width), max(f.height, size.Height)
	if !p.open {
		p.open, p.layers = true, 0
		p.buf, p.sizes = p.buf[:0], p.sizes[:0]
		p.cur = f
		p.cur.lost, p.lost = f.lost || p.lost, false
	} else {
		p.lost = p.lost || f.lost // it is those after this picture that miss it
	}
	p.cur.width, p.cur.height = max(p.cur.width, f.width), max(p.cur.height, f.height)
	p.layers |= 1 << (f.spatial & 7)
	p.buf = append(p.buf, f.data...)
	p.sizes = append(p.sizes, len(f.data))
}

func (p *pictures) finish() frame {
	p.open = false
	if len(p.sizes) > 1 {
		p.report.Merged += int64(len(p.sizes) - 1)
		p.buf = appendSuperframeIndex(p.buf, p.sizes)
	}
	f := p.cur
	f.data = p.buf
	return f
}

// appendSuperframeIndex appends the sizes of the frames between two markers:
//
//	 0 1 2 3 4 5 6 7
//	+-+-+-+-+-+-+-+-+
//	|1|1|0|mag| n   |  bytes a size and frames, less one each
//	+-+-+-+-+-+-+-+-+
func appendSuperframeIndex(b []byte, sizes []int) []byte {
	mag := 1
	for _, s := range sizes {
		for mag < 4 && s >= 1<<(8*mag) {
			mag++
		}
	}
	marker := 0xc0 | byte(mag-1)<<3 | byte(len(sizes)-1)
	b = append(b, marker)
	for _, s := range sizes {
		for i := range mag {
			b = append(b, byte(s>>(8*i)))
		}
	}
	return append(b, marker)
}
