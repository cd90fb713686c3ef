package janus_test

import (
	"testing"

	"github.com/mjrkit/mjrkit/internal/janus"
	"github.com/mjrkit/mjrkit/internal/janus/janustest"
	"github.com/mjrkit/mjrkit/internal/rtc"
)

// TestMediaReal publishes and subscribes, as far as the API goes.
func TestMediaReal(t *testing.T) {
	j := janustest.Start(t, janustest.Options{})
	j.Create(t, janustest.Room{ID: 1234})
	var e *rtc.Engine
	// The addresses of other tests come and go.
	janustest.Wait(t, "sockets", func() (err error) {
		e, err = rtc.NewEngine(rtc.Config{})
		return err
	})
	defer e.Close()
	ctx := t.Context()
	ann, err := dial(t, janus.Options{URL: j.URL, Transport: capturing(t, j.URL, "ann")}).Join(ctx, janus.RoomOptions{Room: "1234", Display: "Ann"})
	if err != nil {
		t.Fatal(err)
	}
	bob, err := dial(t, janus.Options{URL: j.URL, Transport: capturing(t, j.URL, "bob")}).Join(ctx, janus.RoomOptions{Room: "1234"})
	if err != nil {
		t.Fatal(err)
	}
	tracks := []rtc.OutTrack{{Kind: "audio", Codec: "opus", ClockRate: 48000}, {Kind: "video", Codec: "vp8", ClockRate: 90000}}
	sending, sdp, err := e.Offer(ctx, tracks, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer sending.Close()
	answer, err := ann.Publish(ctx, janus.JSEP{Type: "offer", SDP: sdp, E2EE: true})
	if err != nil || !answer.E2EE {
		t.Fatalf("the answer is %+v, %v, want one that says e2ee", answer, err)
	}
	if err := sending.Answer(answer.SDP); err != nil {
		t.Fatal(err)
	}
	c, err := bob.Next(ctx)
	if err != nil || len(c.Publishing) != 1 {
		t.Fatalf("got %+v, %v, want a publisher", c, err)
	}
	p := c.Publishing[0]
	if p.ID != ann.ID() || p.Display != "Ann" || len(p.Streams) != 2 || p.Streams[1].Index != 1 || p.Streams[1].Codec != "vp8" {
		t.Errorf("publisher is %+v", p)
	}
	sub, err := bob.Subscribe(ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	if len(sub.Streams) != 2 || sub.Streams[1].Feed != p.ID || sub.Streams[1].FeedMID != "1" || sub.Streams[1].Type != "video" {
		t.Errorf("subscription is %+v", sub.Streams)
	}
	one, err := bob.Subscribe(ctx, p.ID, "1")
	if err != nil || len(one.Streams) != 1 || one.Streams[0].FeedMID != "1" {
		t.Fatalf("subscription to the video is %+v, %v", one, err)
	}
	if err := one.Close(ctx); err != nil {
		t.Error(err)
	}
	receiving, sdp, err := e.Receive(ctx, sub.Offer.SDP, rtc.ReceiveOptions{Track: func(*rtc.InTrack) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer receiving.Close()
	if err := sub.Start(ctx, sdp); err != nil {
		t.Fatal(err)
	}
	for {
		e, err := sub.Next(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if e.Kind == janus.WebRTCUp {
			break
		}
	}
	if err := ann.Unpublish(ctx); err != nil {
		t.Error(err)
	}
	if c, err := bob.Next(ctx); err != nil || c.Gone == nil || *c.Gone != ann.ID() {
		t.Errorf("got %+v, %v, want that Ann is gone", c, err)
	}
	if err := ann.Leave(ctx); err != nil {
		t.Error(err)
	}
	if err := sub.Close(ctx); err != nil {
		t.Error(err)
	}
}
