package rtc

import "bytes"

// A sender may change to another codec that was agreed on, without a word
// (RFC 8829, section 5.2.1; browsers do so for RTCRtpSender.setParameters).
const (
	// changedAfter is how many packets of another codec in a row are a change,
	// and no latecomers from before the last one.
	changedAfter = 3
	// maxChanges is how often a medium may do so: each makes a recording.
	maxChanges = 16
)

// medium finds the codec that a payload type is of: RED is of the one that is
// in it.
func (l *line) medium(pt int) (c codec, ok bool) {
	c, ok = l.byType(pt)
	if ok && c.name == "red" {
		for _, c = range l.codecs {
			if c.name != "red" && l.red(c.pt) == pt {
				return c, true
			}
		}
	}
	return c, ok && c.name != "red" && c.name != "rtx"
}

// changes takes a packet that is not of the track's codec, and reports whether
// it is the one that settles a change.
func (t *InTrack) changes(packet []byte) bool {
	c, ok := t.line.medium(int(packet[1] & 0x7f))
	if !ok || t.Changes == maxChanges {
		t.foreign.Add(1)
		return false
	}
	if len(t.other) > 0 {
		if before, _ := t.line.medium(int(t.other[0][1] & 0x7f)); before.pt != c.pt {
			t.forget()
		}
	}
	t.other = append(t.other, bytes.Clone(packet))
	t.settled.Store(len(t.other) == changedAfter)
	return t.settled.Load()
}

// forget leaves out what was no change.
func (t *InTrack) forget() {
	t.foreign.Add(int64(len(t.other)))
	t.other = nil
}

// change goes on with the next codec, if that is why the track ended. lines is
// how many media lines there are.
func (t *InTrack) change(lines int) bool {
	if !t.settled.Swap(false) {
		return false
	}
	c, _ := t.line.medium(int(t.other[0][1] & 0x7f))
	t.use(c)
	t.first, t.other = t.other, nil
	t.Changes++
	t.foreign.Store(0)
	t.report.Store(nil)
	t.peer.mu.Lock()
	defer t.peer.mu.Unlock()
	t.Index = lines + t.peer.changes
	t.peer.changes++
	return true
}
