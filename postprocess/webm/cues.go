package webm

// A cue is at least so long after the one before it. A stream of key frames
// alone would fill the memory with cues: this is 4 MB in a day.
const (
	videoCues = 500  // milliseconds
	audioCues = 5000 // in files without video
)

// cue is a place to start at.
type cue struct {
	time   int64 // milliseconds
	offset int64 // of the cluster in the segment's data
	track  int32
}

// cue notes that decoding can start at the cluster that is open.
func (w *writer) cue(ms int64, track int) {
	apart := int64(audioCues)
	if w.video {
		apart = videoCues
	}
	if n := len(w.cues); n > 0 && ms < w.cues[n-1].time+apart {
		return
	}
	if w.seeker != nil {
		w.cues = append(w.cues, cue{ms, w.offset, int32(track)})
	}
}

func renderCues(all []cue) ([]byte, error) {
	var c cues
	c.Cues.CuePoint = make([]cuePoint, len(all))
	for i, at := range all {
		p := &c.Cues.CuePoint[i]
		p.CueTime = uint64(at.time)
		p.CueTrackPositions.CueTrack = uint64(at.track) + 1
		p.CueTrackPositions.CueClusterPosition = uint64(at.offset)
	}
	return marshal(&c)
}
