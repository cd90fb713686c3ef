package replay

import (
	"encoding/json"
	"net/http"
	"time"
)

// common begins every JSON object. What is in them is a contract with pages
// and scripts: members are only ever added.
type common struct {
	Schema string `json:"schema"`
	Type   string `json:"type"`
}

const schema = "mjr/1"

type jsonRecordings struct {
	common
	Live       bool            `json:"live"`
	Recordings []jsonRecording `json:"recordings"`
}

// jsonRecording is a session in the list. What is not known before its files
// were read through is null.
type jsonRecording struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	Duration *float64    `json:"duration_s"`
	Tracks   []jsonTrack `json:"tracks"`
}

type jsonTrack struct {
	Kind      string `json:"kind"`
	Codec     string `json:"codec"`
	Encrypted bool   `json:"encrypted"`
	KeyFrames *bool  `json:"key_frames_visible"`
}

// jsonDetails is one session by itself.
type jsonDetails struct {
	common
	Live     bool               `json:"live"`
	ID       string             `json:"id"`
	Name     string             `json:"name"`
	Duration float64            `json:"duration_s"`
	Tracks   []jsonDetailsTrack `json:"tracks"`
}

type jsonDetailsTrack struct {
	jsonTrack
	Losses    []jsonLoss `json:"losses"`
	KeyFrames []float64  `json:"key_frames_s"`
}

type jsonLoss struct {
	From    float64 `json:"from_s"`
	To      float64 `json:"to_s"`
	Packets int64   `json:"packets"`
}

func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	all := jsonRecordings{common{schema, "recordings"}, s.o.Live, []jsonRecording{}}
	for _, t := range s.o.Library.List(r.Context()) {
		j := jsonRecording{ID: t.ID, Name: t.Name, Tracks: []jsonTrack{}}
		if t.Known {
			d := inSeconds(t.Duration)
			j.Duration = &d
		}
		for _, track := range t.Tracks {
			jt := jsonTrack{Kind: track.Kind, Codec: track.Codec, Encrypted: track.Encrypted}
			if t.Known {
				jt.KeyFrames = &track.KeyFramesVisible
			}
			j.Tracks = append(j.Tracks, jt)
		}
		all.Recordings = append(all.Recordings, j)
	}
	writeJSON(w, all)
}

func (s *Server) details(w http.ResponseWriter, r *http.Request) {
	lease, err := s.o.Library.Open(r.Context(), r.PathValue("id"))
	if err != nil {
		s.refuse(w, err)
		return
	}
	defer lease.Close()
	j := jsonDetails{
		common: common{schema, "recording"}, Live: s.o.Live,
		ID: lease.ID, Name: lease.Name, Duration: inSeconds(lease.Duration()), Tracks: []jsonDetailsTrack{},
	}
	for i, rec := range lease.Tracks() {
		visible := rec.KeyFramesVisible()
		t := jsonDetailsTrack{
			jsonTrack: jsonTrack{rec.Codec.Kind.String(), codecName(rec), rec.Header.Encrypted || rec.Header.PERC, &visible},
			Losses:    []jsonLoss{}, KeyFrames: []float64{},
		}
		for _, l := range merge(lease.Losses(i), lease.Duration()) {
			t.Losses = append(t.Losses, jsonLoss{inSeconds(l.From), inSeconds(l.To), l.Packets})
		}
		for _, k := range lease.KeyFrames(i) {
			t.KeyFrames = append(t.KeyFrames, inSeconds(k))
		}
		j.Tracks = append(j.Tracks, t)
	}
	writeJSON(w, j)
}

// fine is how many holes can be told apart in a picture of a recording.
const fine = 4096

// merge puts holes together that begin at the same place of such a picture,
// where there are very many.
func merge(all []Span, duration time.Duration) []Span {
	if len(all) <= fine {
		return all
	}
	step := duration/fine + 1
	var few []Span
	for _, s := range all {
		if n := len(few); n > 0 && s.From/step == few[n-1].From/step {
			few[n-1].To = max(few[n-1].To, s.To)
			few[n-1].Packets += s.Packets
			continue
		}
		few = append(few, s)
	}
	return few
}

// inSeconds is a time as JSON has it, to the microsecond.
func inSeconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e6 }

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // who asked may be gone
}
