//go:build !nonet

package main

import (
	"fmt"
	"strings"
	"sync"

	"github.com/mjrkit/mjrkit/replay"
)

// viewerLog tells of viewers who come and go.
type viewerLog struct {
	say *reporter

	mu    sync.Mutex
	count int
}

// jsonViewer is the JSON line of a viewer who joined or left. Its members are
// a contract.
type jsonViewer struct {
	common
	Viewer    int               `json:"viewer"`
	Recording string            `json:"recording"`
	Name      string            `json:"name"`
	Tracks    []jsonViewerTrack `json:"tracks"`
}

// jsonViewerLeft has more to tell.
type jsonViewerLeft struct {
	jsonViewer
	Connected bool    `json:"connected"`
	Watched   float64 `json:"watched_s"`
	Error     string  `json:"error,omitempty"`
}

type jsonViewerTrack struct {
	Input      string `json:"input"`
	Kind       string `json:"kind"`
	Codec      string `json:"codec"`
	Sent       bool   `json:"sent"`
	Packets    int64  `json:"packets"`
	Bytes      int64  `json:"bytes"`
	Again      int64  `json:"sent_again"`
	Burst      int64  `json:"sent_in_bursts"`
	Dropped    int64  `json:"dropped"`
	Muted      int64  `json:"muted"`
	Unsendable int64  `json:"unsendable"`
}

// viewerSummary ends the JSON Lines of a server.
type viewerSummary struct {
	common
	Exit    int        `json:"exit"`
	Viewers int        `json:"viewers"`
	Error   *jsonError `json:"error,omitempty"`
}

func viewerJSON(kind string, v replay.Viewer) jsonViewer {
	j := jsonViewer{common{schema, kind}, v.Number, v.Recording, v.Name, []jsonViewerTrack{}}
	for _, t := range v.Tracks {
		s := t.Stats
		j.Tracks = append(j.Tracks, jsonViewerTrack{
			t.Name, t.Kind, t.Codec, t.Sent, s.Packets, s.Bytes, s.Again, s.Burst, s.Dropped, s.Muted, s.Unsendable,
		})
	}
	return j
}

func (l *viewerLog) joined(v replay.Viewer) {
	l.mu.Lock()
	l.count++
	l.mu.Unlock()
	if l.say.json {
		l.say.object(viewerJSON("joined", v)) // where nobody reads any more, replay goes on
		return
	}
	l.say.line("viewer %d joined: %s (%s)", v.Number, v.Name, taken(v.Tracks))
}

// taken lists what a viewer gets, and what it has no place for.
func taken(tracks []replay.ViewerTrack) string {
	var words []string
	for _, t := range tracks {
		word := t.Kind + " " + t.Codec
		if !t.Sent {
			word += " not taken"
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func (l *viewerLog) left(v replay.Viewer) {
	if l.say.json {
		j := jsonViewerLeft{jsonViewer: viewerJSON("left", v), Connected: v.Connected, Watched: v.Watched.Seconds()}
		if v.Err != nil {
			j.Error = v.Err.Error()
		}
		l.say.object(j)
		return
	}
	if !v.Connected {
		l.say.line("viewer %d never connected%s", v.Number, because(v.Err))
		return
	}
	words := []string{fmt.Sprintf("viewer %d left after %s%s", v.Number, seconds(v.Watched), because(v.Err))}
	for _, t := range v.Tracks {
		if t.Sent {
			words = append(words, fmt.Sprintf("%s: %s", t.Kind, sentText(t.Stats)))
		}
	}
	l.say.line("%s", strings.Join(words, "; "))
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ", " + err.Error()
}

// summary ends what is told.
func (l *viewerLog) summary(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.say.json {
		return nil
	}
	j := viewerSummary{common: common{schema, "summary"}, Exit: exitCode(err), Viewers: l.count}
	if err != nil {
		j.Error = errorJSON(err)
	}
	return l.say.object(j)
}
