//go:build !nonet

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/internal/rtc"
	"github.com/mjrkit/mjrkit/mjr/record"
)

// recordJanus are the flags for recording in a room of Janus.
type recordJanus struct {
	janusFlags
	feed string
}

func (o *recordJanus) addFlags(c *cobra.Command) {
	o.janusFlags.addFlags(c, "record those who publish in")
	c.Flags().StringVar(&o.feed, "feed", "", "record the publisher with this `ID` alone, until he leaves")
}

func (o *recordJanus) check() error {
	if o.feed != "" && o.url == "" {
		return misused("--feed is of --janus")
	}
	return o.janusFlags.check()
}

// open makes the source ready. Nothing is sent before it runs.
func (o *recordJanus) open(ice *iceOptions, status *recordStatus) (source, error) {
	secrets, err := o.secrets()
	if err != nil {
		return nil, err
	}
	e, _, err := ice.open(false, status.warn)
	if err != nil {
		return nil, err
	}
	return &janusSource{engine: e, status: status, connected: make(chan struct{}), options: record.JanusOptions{
		URL: o.url, Secret: secrets.secret, Token: secrets.token, Room: o.room, PIN: secrets.pin, RoomToken: secrets.roomToken,
		Display: o.display, Feed: o.feed, Engine: e,
	}}, nil
}

// janusSource is a room that tells who comes and goes.
type janusSource struct {
	engine  *rtc.Engine
	status  *recordStatus
	options record.JanusOptions
	// connected is closed in the room.
	connected chan struct{}

	mu     sync.Mutex
	came   map[int]bool // numbers of publishers
	active int
}

// Connected is closed when the room was entered.
func (s *janusSource) Connected() <-chan struct{} { return s.connected }

// Publishers is how many have sent so far, and how many are sending now.
func (s *janusSource) Publishers() (all, now int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.came), s.active
}

// count takes a publisher who comes or goes.
func (s *janusSource) count(p record.JanusPublisher) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Gone {
		s.active--
		return
	}
	s.active++
	if s.came == nil {
		s.came = make(map[int]bool)
	}
	s.came[p.Number] = true
}

func (s *janusSource) Run(ctx context.Context, r *record.Recorder) error {
	defer s.engine.Close()
	s.options.Notify = s.publisher
	j, err := record.JoinJanus(ctx, s.options)
	if err == nil {
		close(s.connected)
		if s.status.say.json {
			s.status.object(jsonRoom{common{schema, "room"}, janus.Printable(s.options.URL), s.options.Room})
		}
		s.status.line("in room %s: whoever publishes there is recorded", s.options.Room)
		err = j.Run(ctx, r)
	} else if ctx.Err() != nil {
		return nil
	}
	if errors.Is(err, record.ErrNoFeed) || errors.Is(err, record.ErrRoomEnded) || errors.Is(err, record.ErrPeer) {
		return &exitError{exitNetwork, err, ""}
	}
	return janusError(err)
}

// jsonRoom is the JSON line of a room that was entered. Its members are a
// contract.
type jsonRoom struct {
	common
	URL  string `json:"url"`
	Room string `json:"room"`
}

// jsonPublisher is the JSON line of a publisher who comes or goes. Its members
// are a contract.
type jsonPublisher struct {
	common
	Publisher int    `json:"publisher"` // from 1, as in results
	ID        string `json:"id"`
	Display   string `json:"display,omitempty"`
	Encrypted bool   `json:"encrypted"`
	Gone      bool   `json:"gone"`
}

// publisher tells who is recorded, and who no more.
func (s *janusSource) publisher(p record.JanusPublisher) {
	s.count(p)
	if s.status.say.json {
		s.status.object(jsonPublisher{common{schema, "publisher"}, p.Number + 1, p.ID, p.Display, p.Encrypted, p.Gone})
		return
	}
	text := fmt.Sprintf("publisher %d: %s %q", p.Number+1, p.ID, p.Display)
	switch {
	case p.Gone:
		text += " is gone"
	case p.Encrypted:
		text += " is recorded, e2ee"
	default:
		text += " is recorded"
	}
	s.status.line("%s", text)
}

// writeNFO describes recordings for Janus's Record&Play.
func writeNFO(say *reporter, name string, report record.Report) error {
	paths, err := report.WriteNFO(name)
	for _, p := range paths {
		say.line("%s: for Janus's Record&Play", p)
	}
	return recordError(err)
}
