// Package v3compat proves that the tracks of Pion webrtc v3 serve as Writers of
// a replay, as those of v4 do. It is a module of its own, so that mjr does not
// depend on webrtc v3, whose DTLS is no longer maintained.
package v3compat
