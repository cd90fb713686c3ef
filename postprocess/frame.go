package postprocess

import "github.com/mjrkit/mjrkit/decrypt"

// frame is one frame on its way through the stages: as the sender's transform
// made it before Open, as the encoder made it after.
//
// data is valid until the next read.
type frame struct {
	data []byte
	time int64 // of its first packet, in ticks, as stream.Packet.Time
	meta decrypt.Meta

	source int  // the sender, as stream.Packet.Source
	red    bool // the payload is RED, with the frame as its primary block
	// lost: between the frame before and this one something is missing, or did
	// not open.
	lost bool

	last    bool // ends its picture
	layered bool // VP9 with layers: spatial and above tell which
	spatial uint8
	above   bool // predicted from the spatial layer below
	// width and height are those of the layer, where the descriptor has them.
	width, height int
}

// frameReader is a stage. After its first error it gives only that error; by
// then it has given every frame that it held.
type frameReader interface {
	readFrame() (frame, error)
}
