package postprocess

import (
	"errors"
	"slices"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/mjr"
)

// tailed opens packets that end with an s, and takes it away.
type tailed struct{}

func (tailed) OpenPacket(dst, packet []byte) (decrypt.Result, error) {
	res := decrypt.Result{Plain: dst}
	n := len(packet) - 1
	switch packet[n] {
	case 's':
		res.Plain = append(dst, packet[:n]...)
		return res, nil
	case 'a':
		return res, decrypt.ErrAuth
	case 'n':
		return res, &decrypt.NoKeyError{ID: 9}
	case 'c':
		return res, decrypt.ErrClear
	}
	return res, decrypt.ErrFormat
}

func TestPacketOpener(t *testing.T) {
	plain := load(t, "plain-vp8-data", "audio")
	want, _, err := convert(t, []Input{plain.input(t)}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	sealed := recording{header: plain.header}
	tail := func(p mjr.Packet, b byte) {
		p.Data = append(p.Data[:len(p.Data):len(p.Data)], b)
		sealed.packets = append(sealed.packets, p)
	}
	for i, p := range plain.packets {
		tail(p, 's')
		if i%100 == 7 { // others between them, with the same numbers
			tail(p, 'a')
			tail(p, 'n')
			tail(p, 'c')
			tail(p, 'f')
		}
	}
	in := sealed.input(t)
	in.PacketOpener = tailed{}
	got, rep, err := convert(t, []Input{in}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	sum := func(b block) string { return b.sum }
	if !slices.Equal(mapped(got.blocks, sum), mapped(want.blocks, sum)) {
		t.Errorf("%d frames, want %d", len(got.blocks), len(want.blocks))
	}
	if o := rep.Tracks[0].Opening; o.NotAuth != 6 || o.NoKey[9] != 6 || o.Clear != 6 || o.Malformed != 6 {
		t.Errorf("%+v", o)
	}
}

func TestPacketOpenerThatOpensNothing(t *testing.T) {
	for _, c := range []struct {
		tail byte
		want error
	}{{'a', ErrWrongKey}, {'n', &MissingKeyError{IDs: []uint64{9}}}, {'f', ErrNotEncrypted}} {
		all := load(t, "plain-vp8-data", "audio")
		for i, p := range all.packets {
			all.packets[i].Data = append(p.Data, c.tail)
		}
		in := all.input(t)
		in.PacketOpener = tailed{}
		_, rep, err := convert(t, []Input{in}, Options{})
		var missing *MissingKeyError
		if errors.As(c.want, &missing) {
			if !errors.As(err, &missing) || !slices.Equal(missing.IDs, []uint64{9}) || missing.Error() != "no key with id 9" {
				t.Errorf("%c: got %v", c.tail, err)
			}
		} else if !errors.Is(err, c.want) {
			t.Errorf("%c: got %v, want %v", c.tail, err, c.want)
		}
		if !errors.Is(err, ErrNothingOpened) || rep.Tracks[0].Packets.Read != 0 {
			t.Errorf("%c: got %v, %+v", c.tail, err, rep.Tracks[0].Packets)
		}
	}
}
