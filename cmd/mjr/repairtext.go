package main

// repaired tells how it went with one file.
func (say *reporter) repaired(r repair) error {
	if say.json {
		return say.object(repairJSON(r))
	}
	switch {
	case r.err != nil:
		say.mu.Lock()
		tell(say.errw, r.err)
		say.mu.Unlock()
		return nil
	case r.whole:
		say.line("%s is whole: nothing to repair", r.input)
		return nil
	}
	say.line("%s: %d records", r.output, r.report.Records)
	if !r.kept {
		say.line("  its header is written anew")
	}
	for _, l := range damageLines(r.report) {
		say.line("warning: %s: %s: %s", r.input, l.name, l.text)
	}
	return nil
}

// jsonRepair is the JSON line of one file. Its members are a contract.
type jsonRepair struct {
	common
	Input      string     `json:"input"`
	Output     string     `json:"output,omitempty"`
	Exit       int        `json:"exit"`
	Whole      bool       `json:"whole"` // the input; where only damaged ones are repaired there is no output then
	HeaderKept bool       `json:"header_kept"`
	Damage     *jsonFile  `json:"damage,omitempty"`
	Error      *jsonError `json:"error,omitempty"`
}

func repairJSON(r repair) jsonRepair {
	j := jsonRepair{common: common{schema, "repair"}, Input: r.input, Exit: r.exit(), Whole: r.foundWhole(), HeaderKept: r.kept || r.whole}
	if r.err != nil {
		j.Error = errorJSON(r.err)
		return j
	}
	if !r.whole {
		j.Output = r.output
	}
	file := fileJSON(r.report)
	j.Damage = &file
	return j
}
