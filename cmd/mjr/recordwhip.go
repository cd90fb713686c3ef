//go:build !nonet

package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/mjrkit/mjrkit/mjr/record"
)

// openWHIP opens the door to publishers, and says where it is.
func (o *recordSources) openWHIP(say *reporter, status *recordStatus, encrypted bool) (source, error) {
	s, err := o.serve.open(status.warn)
	if err != nil {
		return nil, err
	}
	w := record.NewWHIP(s.engine, record.WHIPOptions{
		MaxSessions: o.serve.maxSessions, Servers: s.servers, Changed: status.publisherChanged,
	})
	mux := http.NewServeMux()
	s.servePage(mux, "publisher.html")
	mux.HandleFunc("/recorder", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(recorderInfo{common{schema, "recorder"}, encrypted})
	})
	mux.Handle("/whip", w)
	mux.Handle("/whip/", w)
	if err := s.tell(say, "publish"); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if encrypted {
		say.line("or publish over WHIP to %swhip; all is marked as end-to-end encrypted", s.door.URL())
	} else {
		say.line("or publish over WHIP to %swhip, with ?e2ee=1 at its end if that is end-to-end encrypted", s.door.URL())
	}
	return &whipSource{w, s, mux}, nil
}

// recorderInfo tells the page what is expected of it.
type recorderInfo struct {
	common
	Encrypted bool `json:"encrypted"` // all that is recorded will be marked so
}

// whipSource records whoever comes through a door.
type whipSource struct {
	*record.WHIP
	serving *serving
	mux     *http.ServeMux
}

// Run ends when ctx does, or when nobody can come any more.
func (s *whipSource) Run(ctx context.Context, r *record.Recorder) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	go func() {
		served <- s.serving.door.Serve(ctx, s.mux)
		stop()
	}()
	err := s.WHIP.Run(ctx, r)
	if failed := <-served; failed != nil {
		err = serveError(failed)
	}
	return errors.Join(err, s.serving.engine.Close())
}
