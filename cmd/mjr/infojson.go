package main

import (
	"strconv"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// jsonInfo is the JSON document of one recording. Its members are a contract.
type jsonInfo struct {
	common
	File     string        `json:"file"`
	Exit     int           `json:"exit"`
	Error    *jsonError    `json:"error,omitempty"`
	Size     int64         `json:"size"`
	Header   *jsonHeader   `json:"header,omitempty"`
	Damage   *jsonFile     `json:"damage,omitempty"`
	Packets  *jsonPackets  `json:"packets,omitempty"`
	RTP      float64       `json:"rtp_duration_s"`
	Wall     *float64      `json:"wall_duration_s"` // null where no received time is stored
	GapList  []jsonGap     `json:"gap_list,omitempty"`
	Messages *jsonMessages `json:"messages,omitempty"`
	Sync     *jsonSync     `json:"sync,omitempty"`
	jsonFrameInfo
}

type jsonHeader struct {
	Generation  int               `json:"generation"`
	Kind        string            `json:"kind"`
	Codec       string            `json:"codec"`
	Fmtp        string            `json:"fmtp,omitempty"`
	Description string            `json:"description,omitempty"`
	Extensions  map[string]string `json:"extensions,omitempty"`
	Created     *time.Time        `json:"created,omitempty"`
	FirstFrame  *time.Time        `json:"first_frame,omitempty"`
	RED         int               `json:"red_payload_type,omitempty"`
	Encrypted   bool              `json:"encrypted"`
	PERC        bool              `json:"perc"`
	// What a recording of ours says besides.
	Software string       `json:"software,omitempty"`
	MID      string       `json:"mid,omitempty"`
	RID      string       `json:"rid,omitempty"`
	Part     int          `json:"part,omitempty"`
	Start    *time.Time   `json:"start,omitempty"`
	Reports  []jsonReport `json:"sender_reports,omitempty"`
}

// jsonReport is a sender report.
type jsonReport struct {
	Clock     *time.Time `json:"clock"`
	Timestamp uint32     `json:"rtp_timestamp"`
	Arrival   float64    `json:"arrival_s"`
}

type jsonGap struct {
	At   float64 `json:"at_s"`
	Lost int64   `json:"lost"`
}

type jsonMessages struct {
	Count int64      `json:"count"`
	Bytes int64      `json:"bytes"`
	First *time.Time `json:"first,omitempty"`
	Last  *time.Time `json:"last,omitempty"`
}

func infoJSON(i info) jsonInfo {
	j := jsonInfo{common: common{schema, "info"}, File: i.name, Exit: i.exit(), Size: i.size, RTP: i.media.Seconds()}
	if i.err != nil {
		j.Error = errorJSON(i.err)
		return j
	}
	file := fileJSON(i.file)
	j.Header, j.Damage = headerJSON(i.header), &file
	if i.header.Kind == mjr.Data {
		m := i.messages
		j.Messages = &jsonMessages{m.count, m.bytes, instant(m.first), instant(m.last)}
		return j
	}
	packets := packetsJSON(i.packets)
	j.Packets = &packets
	if i.header.Version >= 2 {
		wall := i.wall.Seconds()
		j.Wall = &wall
	}
	for _, g := range i.gaps {
		j.GapList = append(j.GapList, jsonGap{g.at.Seconds(), g.lost})
	}
	if i.synced {
		j.Sync = syncJSON(i.sync)
	}
	j.jsonFrameInfo = i.frames.json()
	return j
}

func headerJSON(h mjr.Header) *jsonHeader {
	j := &jsonHeader{
		Generation: h.Version, Kind: h.Kind.String(), Codec: h.Codec, Fmtp: h.Fmtp, Description: h.Description,
		Created: instant(h.Created), FirstFrame: instant(h.FirstFrame), RED: h.REDType, Encrypted: h.Encrypted, PERC: h.PERC,
	}
	o := h.Origin()
	j.Software, j.MID, j.RID, j.Part, j.Start = o.Software, o.MID, o.RID, o.Part, instant(o.Start)
	for _, r := range o.Reports {
		j.Reports = append(j.Reports, jsonReport{instant(r.Clock), r.Timestamp, r.Arrival.Seconds()})
	}
	for id, uri := range h.Extensions {
		if j.Extensions == nil {
			j.Extensions = make(map[string]string)
		}
		j.Extensions[strconv.Itoa(id)] = uri
	}
	return j
}

// instant is a time for JSON, or nothing: a file may claim one that JSON has no
// form for (RFC 3339, section 1).
func instant(t time.Time) *time.Time {
	if t = t.UTC(); t.IsZero() || t.Year() < 0 || t.Year() > 9999 {
		return nil
	}
	return &t
}
