package detect

// rfc9605 reads the header of RFC 9605, section 4.3:
//
//	X KKK Y CCC │ KID, K+1 bytes if X │ CTR, C+1 bytes if Y │ ciphertext
//
// Numbers have their shortest form, as senders must write them.
func rfc9605(f *frame) reading {
	config := f.head[0]
	at := 1
	r := reading{id: uint64(config >> 4 & 7), counter: uint64(config & 7), width: 3}
	if config&0x80 != 0 {
		n := int(r.id) + 1
		r.id = number(f.head[at : at+n])
		if r.id < 8 || f.head[at] == 0 {
			return reading{}
		}
		at += n
	}
	if config&0x08 != 0 {
		n := int(r.counter) + 1
		r.counter, r.width = number(f.head[at:at+n]), 8*n
		if r.counter < 8 || f.head[at] == 0 {
			return reading{}
		}
		at += n
	}
	r.stream[0] = r.id
	return r.sealed(f, at)
}

// sealed completes the reading of a header that ends at offset at.
func (r reading) sealed(f *frame, at int) reading {
	const shortestTag = 4
	r.ok = f.length >= at+shortestTag
	r.random = true
	copy(r.cipher[:], f.head[at:])
	return r
}

// medooze reads the header of SFrame.js at the beginning of the frame.
func medooze(f *frame) reading { return medoozeAt(f, 0) }

// medoozeSkip reads it behind the bytes of video that its option
// skipVp8PayloadHeader leaves in clear, by the first bit of the frame.
func medoozeSkip(f *frame) reading {
	switch {
	case !f.video:
		return reading{}
	case f.head[0]&1 == 0:
		return medoozeAt(f, 10)
	}
	return medoozeAt(f, 3)
}

// medoozeAt reads
//
//	S LLL X KKK │ key id, K bytes if X │ counter, L bytes │ ciphertext
//
// in which L and K are lengths, and the counter has a byte at least.
func medoozeAt(f *frame, at int) reading {
	config := f.head[at]
	at++
	length := int(config >> 4 & 7)
	if config&0x80 != 0 || length == 0 {
		return reading{} // signed frames are rare
	}
	r := reading{id: uint64(config & 7), width: 8 * length}
	if config&0x08 != 0 {
		n := int(r.id)
		r.id = number(f.head[at : at+n])
		// The library writes ids of 5 bytes and more with a wrong first one.
		if r.id < 8 || n < 5 && f.head[at] == 0 {
			return reading{}
		}
		at += n
	}
	r.counter = number(f.head[at : at+length])
	if length > 1 && f.head[at] == 0 {
		return reading{}
	}
	r.stream[0] = r.id
	return r.sealed(f, at+length)
}

// number is a big-endian number of at most 8 bytes.
func number(b []byte) uint64 {
	var n uint64
	for _, c := range b {
		n = n<<8 | uint64(c)
	}
	return n
}
