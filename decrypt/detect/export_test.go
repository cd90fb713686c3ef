package detect

// Evidence is what the strongest scheme has, in bits.
func Evidence(d *Detector) float64 {
	best := 0.0
	for _, s := range frameSchemes {
		for _, stretch := range d.frames.stretches() {
			var readings []reading
			for i := range stretch {
				readings = append(readings, s.read(&stretch[i]))
			}
			best = max(best, strongest(readings).bits)
		}
	}
	return best
}
