package replay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/mjrkit/mjrkit/internal/whip"
)

// jsonPlayer is where a viewer's Player is.
type jsonPlayer struct {
	common
	Recording string  `json:"recording"`
	Position  float64 `json:"position_s"`
	Duration  float64 `json:"duration_s"`
	Speed     float64 `json:"speed"`
	Paused    bool    `json:"paused"`
	Ended     bool    `json:"ended"`
	Loop      bool    `json:"loop"`
	Live      bool    `json:"live"`
}

// control is what a viewer wants of its Player. What is not there stays.
type control struct {
	Paused   *bool     `json:"paused"`
	Seek     *float64  `json:"seek_s"`
	Speed    *float64  `json:"speed"`
	Loop     *bool     `json:"loop"`
	KeyFrame *keyFrame `json:"key_frame"`
}

// keyFrame is for Player.KeyFrameSeen.
type keyFrame struct {
	Track     *int    `json:"track"`
	Timestamp *uint32 `json:"rtp_timestamp"`
}

func (s *Server) player(w http.ResponseWriter, r *http.Request) {
	v, ok := s.viewer(r.PathValue("id"))
	if !ok {
		s.refuse(w, s.missing(r.PathValue("id")))
		return
	}
	if r.Method == http.MethodPost {
		c, err := readControl(w, r)
		if err == nil {
			err = v.control(c)
		}
		if err != nil {
			s.refuse(w, err)
			return
		}
	}
	st := v.player.Status()
	writeJSON(w, jsonPlayer{
		common{schema, "player"}, v.lease.ID, inSeconds(st.Position), inSeconds(st.Duration),
		st.Speed, st.Paused, st.Ended, st.Loop, v.live,
	})
}

// missing is why there is no viewer with an id.
func (s *Server) missing(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.cut, id) {
		return &whip.Error{Status: http.StatusGone, Text: ErrCut.Error(), Err: ErrCut}
	}
	return whip.ErrNotFound
}

// maxControl bounds the body of a request, in bytes.
const maxControl = 4 << 10

// readControl reads what a viewer wants. It has to be JSON by its own word: a
// form on a foreign page can send anything else without being asked.
func readControl(w http.ResponseWriter, r *http.Request) (c control, err error) {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return c, &whip.Error{Status: http.StatusUnsupportedMediaType, Text: "want application/json"}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxControl))
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return c, &whip.Error{Status: http.StatusRequestEntityTooLarge, Text: fmt.Sprintf("more than %d bytes", maxControl)}
	}
	if err != nil {
		return c, bad("the body ended early")
	}
	return parseControl(body)
}

// parseControl is strict: what is not understood is not done by halves.
func parseControl(body []byte) (c control, err error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return control{}, bad("not a command: " + oneLine(err))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return control{}, bad("more than one command")
	}
	if c.Speed != nil {
		if err := checkSpeed(*c.Speed); err != nil {
			return control{}, bad(err.Error())
		}
	}
	if k := c.KeyFrame; k != nil && (k.Track == nil || k.Timestamp == nil) {
		return control{}, bad("key_frame: want track and rtp_timestamp")
	}
	return c, nil
}

// oneLine is why JSON could not be read; the words quote what was sent.
func oneLine(err error) string { return fmt.Sprintf("%.200q", err.Error()) }

func bad(text string) error { return &whip.Error{Status: http.StatusBadRequest, Text: text} }

var errLive = &whip.Error{Status: http.StatusConflict, Text: "all viewers share this timeline"}

// control does what a viewer wants: all of it, or nothing.
func (v *viewer) control(c control) error {
	if v.live && (c.Paused != nil || c.Seek != nil || c.Speed != nil || c.Loop != nil) {
		return errLive
	}
	if k := c.KeyFrame; k != nil {
		if n := len(v.lease.Tracks()); *k.Track < 0 || *k.Track >= n {
			return bad(fmt.Sprintf("key_frame: track %d of %d", *k.Track, n))
		}
		v.player.KeyFrameSeen(*k.Track, *k.Timestamp)
	}
	if c.Loop != nil {
		v.player.SetLoop(*c.Loop)
	}
	if c.Speed != nil {
		if err := v.player.SetSpeed(*c.Speed); err != nil {
			return bad(err.Error())
		}
	}
	if c.Seek != nil {
		v.player.Seek(position(*c.Seek, v.lease.Duration()))
	}
	if c.Paused != nil {
		if *c.Paused {
			v.player.Pause()
		} else {
			v.player.Resume()
		}
	}
	return nil
}

// position is a number of seconds in a session.
func position(seconds float64, duration time.Duration) time.Duration {
	seconds = max(0, min(seconds, duration.Seconds()))
	return min(time.Duration(seconds*float64(time.Second)), duration)
}
