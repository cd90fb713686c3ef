package webm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// NAL unit types of ITU-T H.264, table 7-1.
const (
	nalSPS = 7
	nalPPS = 8
)

var startCode = []byte{0, 0, 1}

// nextNAL cuts the first NAL unit out of Annex B bytes, without its start code
// and the zero bytes that may follow it (ITU-T H.264, B.1.1). It is nil where
// no start code is first.
func nextNAL(b []byte) (nal, rest []byte) {
	for {
		i := bytes.Index(b, startCode)
		if i < 0 || len(bytes.TrimLeft(b[:i], "\x00")) > 0 {
			return nil, nil
		}
		nal, rest = b[i+len(startCode):], nil
		if end := bytes.Index(nal, startCode); end >= 0 {
			nal, rest = nal[:end], nal[end:]
		}
		if nal = bytes.TrimRight(nal, "\x00"); len(nal) > 0 {
			return nal, rest
		}
		b = rest // two start codes in a row
	}
}

// avcConfig makes the AVCDecoderConfigurationRecord (ISO/IEC 14496-15, section
// 5.3.3.1) of the parameter sets in an access unit.
func avcConfig(frame []byte) ([]byte, error) {
	var sps, pps [][]byte
	for nal, rest := nextNAL(frame); nal != nil; nal, rest = nextNAL(rest) {
		list := &sps
		switch nal[0] & 31 {
		case nalSPS:
		case nalPPS:
			list = &pps
		default:
			continue
		}
		if !slices.ContainsFunc(*list, func(old []byte) bool { return bytes.Equal(old, nal) }) {
			*list = append(*list, nal)
		}
	}
	if len(sps) == 0 || len(pps) == 0 {
		return nil, errors.New("no parameter sets in its first frame")
	}
	if len(sps) > 31 || len(pps) > 255 {
		return nil, fmt.Errorf("%d and %d parameter sets in its first frame", len(sps), len(pps))
	}
	f, err := parseSPS(sps[0])
	if err != nil {
		return nil, err
	}
	b := []byte{1, f.profile, f.constraints, f.level, 0xfc | 3} // lengths of 3+1 bytes
	b = append(b, 0xe0|byte(len(sps)))
	if b, err = appendSets(b, sps); err != nil {
		return nil, err
	}
	b = append(b, byte(len(pps)))
	if b, err = appendSets(b, pps); err != nil {
		return nil, err
	}
	switch f.profile {
	case 66, 77, 88: // Baseline, Main, Extended
	default:
		b = append(b, 0xfc|f.chroma, 0xf8|f.depthLuma, 0xf8|f.depthChroma, 0)
	}
	return b, nil
}

func appendSets(b []byte, sets [][]byte) ([]byte, error) {
	for _, s := range sets {
		if len(s) > 1<<16-1 {
			return nil, fmt.Errorf("parameter set of %d bytes", len(s))
		}
		b = binary.BigEndian.AppendUint16(b, uint16(len(s)))
		b = append(b, s...)
	}
	return b, nil
}

// spsFields is the beginning of a sequence parameter set.
type spsFields struct {
	profile, constraints, level byte
	chroma                      byte // chroma_format_idc
	depthLuma, depthChroma      byte // bits above 8
}

// parseSPS reads a sequence parameter set as far as its bit depths; ITU-T
// H.264, section 7.3.2.1.1.
func parseSPS(nal []byte) (spsFields, error) {
	r := bitReader{b: unescape(nal[1:])}
	f := spsFields{
		profile:     byte(r.bits(8)),
		constraints: byte(r.bits(8)),
		level:       byte(r.bits(8)),
		chroma:      1, // 4:2:0 where it is not told
	}
	id := r.golomb()
	switch f.profile {
	case 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135:
		chroma := r.golomb()
		if chroma == 3 {
			r.bits(1) // separate_colour_plane_flag
		}
		luma, second := r.golomb(), r.golomb()
		if chroma > 3 || luma > 6 || second > 6 {
			return f, fmt.Errorf("parameter set with chroma format %d, bit depths 8+%d, 8+%d", chroma, luma, second)
		}
		f.chroma, f.depthLuma, f.depthChroma = byte(chroma), byte(luma), byte(second)
	}
	if r.short || id > 31 {
		return f, errors.New("sequence parameter set cut short")
	}
	return f, nil
}

// unescape takes emulation prevention bytes out: the 3 of 0 0 3 (ITU-T H.264,
// section 7.4.1).
func unescape(b []byte) []byte {
	var out []byte
	zeros := 0
	for _, c := range b {
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if c == 0 {
			zeros++
		} else {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}
