//go:build !nonet

package main

import (
	"fmt"
	"strings"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// recordPublisher is the JSON line of a publisher who began to send, or is
// gone.
type recordPublisher struct {
	common
	Publisher int        `json:"publisher"`
	Encrypted bool       `json:"encrypted"`
	Gone      bool       `json:"gone"`
	Files     []string   `json:"files,omitempty"`
	Lost      int64      `json:"lost"`
	Error     *jsonError `json:"error,omitempty"`
}

// publisherChanged tells of a publisher who came or is gone.
func (s *recordStatus) publisherChanged(c record.PublisherChange) {
	j := recordPublisher{common: common{schema, "publisher"}, Publisher: c.Publisher + 1, Encrypted: c.Encrypted, Gone: c.Ended}
	for _, f := range c.Files {
		j.Files = append(j.Files, f.Paths...)
		j.Lost += f.Lost
	}
	if c.Err != nil {
		j.Error = errorJSON(recordError(c.Err))
	}
	if s.say.json {
		s.object(j)
		return
	}
	s.line("%s", j.text(c.Err))
}

func (j recordPublisher) text(err error) string {
	switch {
	case !j.Gone && j.Encrypted:
		return fmt.Sprintf("publisher %d is sending, e2ee", j.Publisher)
	case !j.Gone:
		return fmt.Sprintf("publisher %d is sending", j.Publisher)
	case err != nil:
		return fmt.Sprintf("publisher %d ended: %v: %s", j.Publisher, err, strings.Join(j.Files, " "))
	}
	return fmt.Sprintf("publisher %d left: %s", j.Publisher, strings.Join(j.Files, " "))
}
