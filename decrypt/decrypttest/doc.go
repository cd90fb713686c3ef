// Package decrypttest is the contract of decrypt.Opener and decrypt.Sealer as
// a test kit, as testing/slogtest is for slog's handlers.
//
// A scheme's tests have four parts, all in one or two short functions:
//
//	func TestContract(t *testing.T) {
//		decrypttest.Run(t, decrypttest.Config{
//			Opener:   func(t testing.TB) decrypt.Opener { return newOpener(t, key) },
//			Stranger: func(t testing.TB) decrypt.Opener { return newOpener(t, otherKey) },
//			Sealer:   func(t testing.TB) decrypt.Sealer { return newSealer(t, key) },
//			Secrets:  [][]byte{key.Secret, otherKey.Secret},
//		})
//	}
//
//	func TestVectors(t *testing.T) {
//		decrypttest.RunVectors(t, decrypttest.VectorConfig{
//			File:   "jitsi.json",
//			Keys:   func(t testing.TB, v decrypttest.Vector) []decrypt.Key { … },
//			Opener: func(t testing.TB, v decrypttest.Vector, keys []decrypt.Key) decrypt.Opener { … },
//			Want:   decrypttest.Counts{Opened: 118, Refused: 12, Observations: 1},
//		})
//	}
//
//	func TestCaptures(t *testing.T) {
//		decrypttest.RunCapture(t, "vp8-jitsi.json",
//			func(t testing.TB, c decrypttest.Capture, kind decrypt.Kind) decrypt.Opener { … })
//	}
//
//	func TestRecordings(t *testing.T) {
//		decrypttest.RunRecording(t, "jitsi-vp8",
//			func(t testing.TB, keys []decrypt.Key) decrypt.Opener { … })
//	}
//
// Run is the contract: what Open and Seal do with their buffers, that they
// fail closed on every frame that was cut or altered, what a key costs to
// find, that nothing is allocated by frame. It seals with the scheme's own
// Sealer, so it says nothing of the format. That is for the other three, which
// are bytes of the real libraries: RunVectors a frame at a time, RunCapture
// out of RTP packets of a browser, RunRecording out of files of Janus with
// what the encoder had made beside them.
//
// A vector's key material and its params are decoded into structs of the
// scheme's own with Vector.KeyMaterial and Vector.Params; Hex, Number and JWK
// help with their fields.
//
// A scheme that encrypts packets is made an Opener with Packets.
package decrypttest
