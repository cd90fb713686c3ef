package livekit

import "bytes"

// The trailer of an encrypted frame, and what GCM adds.
const (
	ivLen   = 12
	tagLen  = 16
	tailLen = ivLen + 2        // IV, IV's length, key index
	added   = tagLen + tailLen // bytes that encryption adds, escaping apart
)

// Frame metadata: TLVs and a length byte, all XORed with FF, and the mark.
// The length counts everything, itself and the mark included.
const metadataMask = 0xff

var metadataMark = []byte("LKTS")

// withoutMetadata cuts what clients put behind the encrypted frame. An
// encrypted frame never ends with the mark, as it ends with 0C and an index.
func withoutMetadata(frame []byte) []byte {
	if !bytes.HasSuffix(frame, metadataMark) || len(frame) <= len(metadataMark) {
		return frame
	}
	length := int(frame[len(frame)-len(metadataMark)-1] ^ metadataMask)
	if length <= len(metadataMark) || length > len(frame) {
		return frame
	}
	return frame[:len(frame)-length]
}

// keyIndex reads the trailer's last two bytes. Escaping leaves them alone: 0C
// is neither zero nor below 4.
func keyIndex(frame []byte) (index uint64, ok bool) {
	if len(frame) < added || frame[len(frame)-2] != ivLen {
		return 0, false
	}
	return uint64(frame[len(frame)-1]), true
}
