package janus

import "context"

// Encryption is what Janus lets subscribers know of end-to-end encryption.
type Encryption struct {
	// Told: it is in the offer of each subscription, JSEP.E2EE. The VideoRoom
	// of Janus 1.0.0 to 1.2.1 keeps it from subscribers.
	Told bool
	// Required: whoever publishes in the room is end-to-end encrypted. It is
	// looked for only where it is not told.
	Required bool
}

// Encryption asks what can be known of a room, over a session of its own: the
// list of all rooms may be longer than a message may be, which would end this
// one. Where an answer cannot be had, nothing is known.
func (r *Room) Encryption(ctx context.Context) Encryption {
	m, err := r.s.call(ctx, request{Janus: "info"}, &call{})
	if err != nil || m.Version < 1000 || m.Version >= 1202 {
		return Encryption{Told: err == nil}
	}
	s, err := Dial(ctx, r.s.options)
	if err != nil {
		return Encryption{}
	}
	defer s.Close(ctx)
	h, err := s.Attach(ctx, videoRoom)
	if err != nil {
		return Encryption{}
	}
	reply, err := h.Request(ctx, "list", map[string]string{"request": "list"}, nil)
	if err != nil {
		return Encryption{}
	}
	var rooms struct {
		List []struct {
			Room     ID   `json:"room"`
			Required bool `json:"require_e2ee"`
		} `json:"list"`
	}
	if parse(reply.Data, &rooms) != nil {
		return Encryption{}
	}
	for _, room := range rooms.List {
		if room.Room == r.room {
			return Encryption{Required: room.Required}
		}
	}
	return Encryption{} // a private room is not listed
}
