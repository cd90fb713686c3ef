package mjr_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/mjrkit/mjrkit/mjr"
)

// withJSON puts a header of some JSON before real frames.
func withJSON(r recorded, text string) []byte {
	return swapHead(r, oldHead("MJR00002", text)).file
}

func TestHeaderMembers(t *testing.T) {
	const all = `{"t": "a", "c": "multiopus", "f": "channel_mapping=0,4,1,2,3,5;num_streams=4", "d": "Ünïcode – ☎",` +
		` "x": {"1": "urn:ietf:params:rtp-hdrext:ssrc-audio-level", "2": "y", "10": "z"}, "s": 1795221704350275,` +
		` "u": 1795221704417257, "or": 63, "e": true, "p": true, "Z": [1, {"b": null}], "a": "later", "z": 1.50}`
	audio := opus(t, 2)
	h := open(t, withJSON(audio, all)).Header
	want := mjr.Header{
		Version: 2, Kind: mjr.Audio, Codec: "multiopus", Fmtp: "channel_mapping=0,4,1,2,3,5;num_streams=4",
		Description: "Ünïcode – ☎", REDType: 63, Encrypted: true, PERC: true,
		Extensions: map[int]string{1: "urn:ietf:params:rtp-hdrext:ssrc-audio-level", 2: "y", 10: "z"},
		Created:    time.UnixMicro(1795221704350275).UTC(),
		FirstFrame: time.UnixMicro(1795221704417257).UTC(),
		Unknown:    map[string]json.RawMessage{"Z": []byte(`[1, {"b": null}]`), "a": []byte(`"later"`), "z": []byte("1.50")},
		Raw:        []byte(all),
	}
	if !reflect.DeepEqual(h, want) {
		t.Errorf("header\n%+v, want\n%+v", h, want)
	}
	if got := rewrite(t, withJSON(audio, all)); !bytes.Equal(got, withJSON(audio, all)) {
		t.Errorf("written again:\n%q, want\n%q", got[:len(all)+10], all)
	}
}

// What may stand in a header without being damage.
func TestHeaderTolerated(t *testing.T) {
	const s, u = 1795221704350275, 1795221704417257
	for _, c := range []struct {
		name, text string
		want       func(*mjr.Header) bool
	}{
		{"upper case", `{"t":"V","c":"VP8","s":1,"u":2}`, func(h *mjr.Header) bool { return h.Kind == mjr.Video && h.Codec == "vp8" }},
		{"s and u as floats", `{"t":"a","c":"opus","s":1795221704350275.0,"u":1.795221704417257e15}`,
			func(h *mjr.Header) bool { return h.Created.UnixMicro() == s && h.FirstFrame.UnixMicro() == u }},
		{"s and u as text", `{"t":"a","c":"opus","s":"1795221704350275","u":"1795221704417257.5"}`,
			func(h *mjr.Header) bool { return h.Created.UnixMicro() == s && h.FirstFrame.UnixMicro() == u }},
		{"s and u before 1970", `{"t":"a","c":"opus","s":-1,"u":-9223372036854775808}`,
			func(h *mjr.Header) bool { return h.Created.UnixMicro() == -1 && h.FirstFrame.UnixMicro() == -1<<63 }},
		{"no s and u", `{"t":"a","c":"opus"}`, func(h *mjr.Header) bool { return h.Created.IsZero() && h.FirstFrame.IsZero() }},
		{"e that is 1", `{"t":"a","c":"opus","e":1}`, func(h *mjr.Header) bool { return !h.Encrypted && string(h.Unknown["e"]) == "1" }},
		{"e that is text", `{"t":"a","c":"opus","e":"true"}`, func(h *mjr.Header) bool { return !h.Encrypted && h.Unknown["e"] != nil }},
		{"e that is false", `{"t":"a","c":"opus","e":false}`, func(h *mjr.Header) bool { return !h.Encrypted && h.Unknown == nil }},
		{"E", `{"t":"a","c":"opus","E":true}`, func(h *mjr.Header) bool { return !h.Encrypted && h.Unknown["E"] != nil }},
		{"members that are null", `{"t":"a","c":"opus","f":null,"d":null,"x":null,"s":null,"or":null,"e":null}`,
			func(h *mjr.Header) bool { return h.Unknown == nil && h.Extensions == nil }},
		{"a member twice", `{"t":"v","c":"opus","t":"a"}`, func(h *mjr.Header) bool { return h.Kind == mjr.Audio }},
		{"another order", `{"e":true,"c":"opus","t":"a"}`, func(h *mjr.Header) bool { return h.Encrypted }},
		{"an unknown codec", `{"t":"a","c":"Speex"}`, func(h *mjr.Header) bool { return h.Kind == mjr.Audio && h.Codec == "speex" }},
		{"NULs behind", `{"t":"a","c":"opus"}` + "\x00\x00", func(h *mjr.Header) bool { return string(h.Raw) == `{"t":"a","c":"opus"}` }},
		{"blanks around", " \n" + `{"t":"a","c":"opus"}` + "\r\n", func(h *mjr.Header) bool { return h.Kind == mjr.Audio }},
		{"two-byte extension ids", `{"t":"a","c":"opus","x":{"255":"y"}}`, func(h *mjr.Header) bool { return h.Extensions[255] == "y" }},
		{"65535 bytes", `{"t":"a","c":"opus","d":"` + strings.Repeat("d", 65535-27) + `"}`, func(h *mjr.Header) bool { return len(h.Raw) == 65535 }},
	} {
		audio := opus(t, 5)
		r := open(t, withJSON(audio, c.text))
		if !c.want(&r.Header) {
			t.Errorf("%s: %.300s", c.name, fmt.Sprint(r.Header))
		}
		drain(t, r)
		if report := r.Report(); !report.Whole() || report.Records != 5 {
			t.Errorf("%s: %+v", c.name, report)
		}
	}
}

// A header that is bad is damage, and the frames are read all the same.
func TestHeaderDamaged(t *testing.T) {
	audio, data := opus(t, 5), texts(t, 5)
	good := string(audio.head[10:])
	for _, c := range []struct {
		name   string
		file   []byte
		kind   mjr.Kind
		codec  string
		reason string
	}{
		{"JSON cut", withJSON(audio, good[:30]), mjr.Audio, "opus", "not a JSON object"},
		{"JSON of no length", withJSON(audio, ""), mjr.KindUnknown, "", "not a JSON object"},
		{"JSON with a letter wrong", withJSON(audio, strings.Replace(good, ",", "!", 1)), mjr.Audio, "opus", "not a JSON object"},
		{"JSON that is a list", withJSON(audio, `["t", "a"]`), mjr.KindUnknown, "", "not a JSON object"},
		{"JSON that is null", withJSON(audio, `null`), mjr.KindUnknown, "", "not a JSON object"},
		{"JSON that is hollow", withJSON(audio, `{}`), mjr.KindUnknown, "", `"t" does not tell`},
		{"no JSON", withJSON(audio, strings.Repeat("\x00", 60)), mjr.KindUnknown, "", "not a JSON object"},
		{"junk behind the JSON", withJSON(audio, good+"junk"), mjr.Audio, "opus", "wrong length"},
		{"length too small", put(audio.file, 9, 20), mjr.Audio, "opus", "wrong length"},
		{"length too large", put(audio.file, 9, 90), mjr.Audio, "opus", "wrong length"},
		{"length larger than the file", put(audio.file, 8, 0xFF), mjr.Audio, "opus", "wrong length"},
		{"length larger than the file and no JSON", put(audio.file, 8, 0xFF, 0xFF, '!'), mjr.Audio, "opus", "cut short"},
		{"t missing", withJSON(audio, `{"c":"opus"}`), mjr.Audio, "opus", `"t" does not tell`},
		{"t and c missing", withJSON(audio, `{"s":1,"u":2}`), mjr.KindUnknown, "", `"t" does not tell`},
		{"t unknown", withJSON(audio, `{"t":"x","c":"vp8"}`), mjr.Video, "vp8", `"t" does not tell`},
		{"t is a number", withJSON(audio, `{"t":5,"c":"opus"}`), mjr.Audio, "opus", `"t" has the wrong type`},
		{"c missing", withJSON(audio, `{"t":"a"}`), mjr.Audio, "", `"c" does not tell`},
		{"c is a list", withJSON(audio, `{"t":"a","c":["opus"]}`), mjr.Audio, "", `"c" has the wrong type`},
		{"s is text", withJSON(audio, `{"t":"a","c":"opus","s":"today"}`), mjr.Audio, "opus", `"s" is no number`},
		{"s is NaN", withJSON(audio, `{"t":"a","c":"opus","s":"NaN"}`), mjr.Audio, "opus", `"s" is no number`},
		{"s is 2^63", withJSON(audio, `{"t":"a","c":"opus","s":9223372036854775808}`), mjr.Audio, "opus", `"s" is no number`},
		{"u is an object", withJSON(audio, `{"t":"a","c":"opus","u":{}}`), mjr.Audio, "opus", `"u" is no number`},
		{"or is 128", withJSON(audio, `{"t":"a","c":"opus","or":128}`), mjr.Audio, "opus", `"or" is no payload type`},
		{"or is a float", withJSON(audio, `{"t":"a","c":"opus","or":1.5}`), mjr.Audio, "opus", `"or" has the wrong type`},
		{"x is a list", withJSON(audio, `{"t":"a","c":"opus","x":["y"]}`), mjr.Audio, "opus", `"x" has the wrong type`},
		{"x has id 0", withJSON(audio, `{"t":"a","c":"opus","x":{"0":"y"}}`), mjr.Audio, "opus", `"x" has an id`},
		{"x has id 256", withJSON(audio, `{"t":"a","c":"opus","x":{"256":"y","1":"z"}}`), mjr.Audio, "opus", `"x" has an id`},
		{"f is a number", withJSON(audio, `{"t":"a","c":"opus","f":5}`), mjr.Audio, "opus", `"f" has the wrong type`},
		{"data whose JSON is gone", withJSON(data, strings.Repeat("\x00", 60)), mjr.Data, "", "not a JSON object"},
		{"word of v0 wrong", put(audio.old("MEETECHO\x00\x05audio").file, 10, 'x'), mjr.KindUnknown, "", "does not tell the kind"},
		{"first byte of the magic wrong", put(audio.file, 0, 'X'), mjr.Audio, "opus", "file magic"},
		{"second byte of the magic wrong", put(audio.file, 1, 'X'), mjr.Audio, "opus", "file magic"},
		{"header of zeros", put(audio.file, 0, make([]byte, len(audio.head))...), mjr.KindUnknown, "", "no file header"},
		{"header missing", audio.file[len(audio.head):], mjr.KindUnknown, "", "no file header"},
		{"header missing from data", data.file[len(data.head):], mjr.Data, "", "no file header"},
		{"header missing and half a frame", slices.Concat(audio.records[0][30:], audio.file[len(audio.head):]), mjr.KindUnknown, "", "no file header"},
		{"junk before the header", append([]byte("junk"), audio.file...), mjr.Audio, "opus", "no file header"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := open(t, c.file)
			if r.Header.Kind != c.kind || r.Header.Codec != c.codec {
				t.Errorf("%s, %q; want %s, %q", r.Header.Kind, r.Header.Codec, c.kind, c.codec)
			}
			rec := audio
			if bytes.Contains(c.file, []byte("hello")) {
				rec = data
			}
			out, others := found(drain(t, r), rec, kindOf(rec))
			if !slices.Equal(out, upTo(5)) || others != 0 {
				t.Errorf("records %v and %d others", out, others)
			}
			report := r.Report()
			if report.Damaged != 1 || report.Headers != 0 || report.Damages[0].Offset != 0 || !strings.Contains(report.Damages[0].Reason, c.reason) {
				t.Errorf("%+v, want one damage, %q", report, c.reason)
			}
			checkDamages(t, report, len(c.file))
		})
	}
}

func TestNotMJR(t *testing.T) {
	audio := opus(t, 1)
	for name, file := range map[string]string{
		"one byte":                          "M",
		"wrong first byte":                  "X" + string(audio.file[1:9]),
		"seven bytes of the magic":          "MJR0000",
		"eight other bytes":                 "MJunk!!!",
		"eight of nothing like it":          "\x00\x01\x02\x03\x04\x05\x06\x07",
		"length cut":                        "MJR00002\x00",
		"JSON cut":                          string(audio.head[:40]),
		"JSON broken, no frames":            oldHead("MJR00002", "{'t': 'a'}"),
		"JSON of wrong types, no frames":    oldHead("MJR00002", `{"t": 5}`),
		"JSON broken, and junk":             oldHead("MJR00002", "{") + strings.Repeat("MEETJUNK", 5000),
		"a picture":                         "\x89PNG\r\n\x1a\n" + strings.Repeat("MEET", 5000),
		"text":                              "MEMO: meet the others at ten\n",
		"frames behind more than is looked": strings.Repeat("x", 1<<17) + string(audio.file),
	} {
		_, err := mjr.NewReader(strings.NewReader(file))
		if !errors.Is(err, mjr.ErrNotMJR) {
			t.Errorf("%s: %v, want ErrNotMJR", name, err)
		} else if first := strconv.Quote(file[:min(10, len(file))]); !strings.Contains(err.Error(), first) {
			t.Errorf("%s: %v does not show %s", name, err, first)
		}
	}
}

func TestSourceFails(t *testing.T) {
	audio := opus(t, 4)
	for fail := range len(audio.file) + 1 {
		src := io.MultiReader(bytes.NewReader(audio.file[:fail]), iotest.ErrReader(errDisk))
		r, err := mjr.NewReader(src)
		if fail < len(audio.head) && fail != 8 {
			if err != errDisk {
				t.Fatalf("after %d bytes of the header: %v, want %v", fail, err, errDisk)
			}
			continue
		}
		if err != nil {
			t.Fatalf("after %d bytes: %v", fail, err)
		}
		n := 0
		for err == nil {
			if _, err = r.ReadPacket(); err == nil {
				n++
			}
		}
		if _, again := r.ReadPacket(); err != errDisk || again != errDisk {
			t.Errorf("after %d bytes: %v, then %v; want %v", fail, err, again, errDisk)
		}
		if want := len(slices.Collect(func(yield func(int) bool) {
			for i := range audio.records {
				if audio.offset(i+1) <= fail && !yield(i) {
					return
				}
			}
		})); n != want {
			t.Errorf("after %d bytes: %d packets, want %d", fail, n, want)
		}
		if report := r.Report(); !report.Whole() || r.Empty() {
			t.Errorf("after %d bytes: %+v, empty %t: nothing is known of the end", fail, report, r.Empty())
		}
	}
}

// A source that neither gives bytes nor ends must not be asked for ever.
func TestSourceGivesNothing(t *testing.T) {
	audio := opus(t, 1)
	r, err := mjr.NewReader(io.MultiReader(bytes.NewReader(audio.file), nothing{}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.ReadPacket(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.ReadPacket(); err != io.ErrNoProgress {
		t.Errorf("%v, want %v", err, io.ErrNoProgress)
	}
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, nil }

func TestUnknownMembersOutliveTheReader(t *testing.T) {
	audio := opus(t, 400)
	r := open(t, withJSON(audio, `{"t":"a","c":"opus","zz":{"kept": [true]}}`))
	before := maps.Clone(r.Header.Unknown)
	raw := string(r.Header.Raw)
	drain(t, r)
	if string(r.Header.Unknown["zz"]) != `{"kept": [true]}` || len(before) != 1 || string(r.Header.Raw) != raw {
		t.Errorf("%q of %q after reading", r.Header.Unknown, r.Header.Raw)
	}
}
