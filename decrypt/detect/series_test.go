package detect_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/decrypt"
	"github.com/mjrkit/mjrkit/decrypt/decrypttest"
	"github.com/mjrkit/mjrkit/decrypt/detect"
	"github.com/mjrkit/mjrkit/decrypt/jitsi"
	"github.com/mjrkit/mjrkit/decrypt/livekit"
	"github.com/mjrkit/mjrkit/decrypt/sframe"
	"github.com/mjrkit/mjrkit/decrypt/sframejs"
	"github.com/mjrkit/mjrkit/decrypt/xor"
	"github.com/mjrkit/mjrkit/internal/corpus"
)

func TestCaptures(t *testing.T) {
	want := map[string]string{"janus": "xor-demo", "samples": "xor-demo", "livekit": "livekit", "jitsi": "jitsi-gcm", "medooze": "medooze", "medoozeskip": "medooze"}
	checked := 0
	for _, file := range []string{
		"h264-janus", "h264-livekit", "vp8-janus", "vp8-jitsi", "vp8-livekit", "vp8-medooze", "vp8-medoozeskip", "vp8-samples",
		"vp9-janus", "vp9-jitsi", "vp9-livekit", "vp9-medooze", "vp9-samples",
	} {
		c := decrypttest.LoadCapture(t, file+".json")
		_, scheme, _ := strings.Cut(file, "-")
		for _, track := range [][]decrypttest.Encrypted{c.Audio, c.Video} {
			var d, plain detect.Detector
			for i, f := range track {
				d.Add(f.Data, f.Meta)
				p := c.AudioPlain
				if f.Meta.Kind == decrypt.Video {
					p = c.VideoPlain
				}
				plain.Add(p[i], f.Meta)
			}
			if g := d.Guess(); g.Scheme != want[scheme] {
				t.Errorf("%s, %d frames: %+v, want %q", file, len(track), g, want[scheme])
			}
			if g := plain.Guess(); g.Scheme != "" {
				t.Errorf("%s, in clear: %+v", file, g)
			}
			checked++
		}
	}
	if checked != 26 {
		t.Errorf("%d tracks, want 26", checked)
	}
}

// call is a minute of a call in clear, its frames in the order of time.
func call(t testing.TB, name string) []shown {
	t.Helper()
	r := corpus.Load(t, name)
	_, audio := recorded(t, r.File(t, "audio"))
	_, video := recorded(t, r.File(t, "video"))
	var both []shown
	for a, v := 0, 0; a < len(audio) && v < len(video); {
		if audio[a].meta.Timestamp/48 <= video[v].meta.Timestamp/90 { // milliseconds
			both = append(both, audio[a])
			a++
		} else {
			both = append(both, video[v])
			v++
		}
	}
	for i := range both {
		both[i].meta.SSRC = uint32(both[i].meta.Kind)
	}
	return both
}

// series is a sender, and what its tracks look like.
type series struct {
	name   string
	sealer func(testing.TB) decrypt.Sealer
	scheme string
	detail string
	// either: the first frames can be those of RFC 9605 or of SFrame.js.
	either bool
}

func sealer[S decrypt.Sealer](s S, err error) func(testing.TB) decrypt.Sealer {
	return func(t testing.TB) decrypt.Sealer {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func key(alg string, set func(*decrypt.Key)) decrypt.Key {
	k := decrypt.Key{ID: "k", Type: "oct", Alg: alg, Secret: bytes.Repeat([]byte{7}, 32)}
	set(&k)
	return k
}

func allSeries(t testing.TB) []series {
	var all []series
	// RFC 9605 with every length of key id and counter.
	for _, kid := range []uint64{0, 1, 5, 7, 8, 200, 1 << 9, 1 << 20, 1 << 30, 1 << 37, 1 << 45, 1 << 53, 1<<63 + 5} {
		for _, ctr := range []uint64{0, 6, 100, 250, 1000, 65000, 1 << 17, 1 << 30, 1 << 36, 1 << 44, 1 << 52, 1 << 60} {
			k := key("SFRAME-AES_128_CTR_HMAC_SHA256_32", func(k *decrypt.Key) { k.KeyID = &kid })
			s, err := sframe.NewSealer(k, sframe.SealerOptions{Counter: ctr})
			all = append(all, series{name: fmt.Sprintf("RFC 9605, KID %d from %d", kid, ctr), sealer: sealer(s, err),
				scheme: "sframe", detail: fmt.Sprintf("key id %d", kid), either: kid == 1})
		}
	}
	for _, id := range []uint64{0, 1, 5, 7, 8, 200, 255, 256, 70000, 1 << 30} {
		for _, ctr := range []uint64{0, 3, 200, 250, 65500, 1 << 20} {
			k := key("MEDOOZE-SFRAME", func(k *decrypt.Key) { k.KeyID = &id })
			s, err := sframejs.NewSealer(k, sframejs.SealerOptions{Counter: ctr})
			all = append(all, series{name: fmt.Sprintf("SFrame.js, id %d from %d", id, ctr), sealer: sealer(s, err),
				scheme: "medooze", detail: fmt.Sprintf("key id %d", id), either: id > 7})
		}
		skip := true
		k := key("MEDOOZE-SFRAME", func(k *decrypt.Key) { k.KeyID, k.SkipVP8Header = &id, &skip })
		s, err := sframejs.NewSealer(k, sframejs.SealerOptions{})
		all = append(all, series{name: fmt.Sprintf("SFrame.js, id %d, clear bytes", id), sealer: sealer(s, err),
			scheme: "medooze", detail: fmt.Sprintf("key id %d", id), either: id > 7})
	}
	sign, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, index := range []uint64{0, 3, 7, 15} {
		for _, alg := range []string{"JITSI-GCM", "JITSI-GCM-DIRECT", "JITSI-HIPS", "JITSI-JFRAME-CTR", "JITSI-JFRAME-CTR D", "JITSI-JFRAME-CTR F"} {
			name, era, _ := strings.Cut(alg, " ")
			scheme := strings.ToLower(strings.TrimSuffix(name, "-DIRECT"))
			for _, first := range []uint64{1, 200, 300, 65000} {
				if era == "F" && (index > 0 || first < 300) { // signing takes long
					continue
				}
				k := key(name, func(k *decrypt.Key) {
					room := "room"
					k.Index, k.Era, k.Salt, k.Iterations = &index, era, &room, 1
				})
				o := jitsi.SealerOptions{First: &first}
				if era == "F" {
					o.Sign = sign
				}
				s, err := jitsi.NewSealer(k, o)
				all = append(all, series{name: fmt.Sprintf("%s, index %d from %d", alg, index, first), sealer: sealer(s, err), scheme: scheme})
			}
		}
	}
	for _, index := range []uint64{0, 15, 255} {
		for _, codec := range []string{"LIVEKIT-A128GCM", "LIVEKIT-A256GCM"} {
			k := key(codec, func(k *decrypt.Key) { k.Index, k.KDF = &index, "HKDF" })
			s, err := livekit.NewSealer(k, livekit.SealerOptions{})
			all = append(all, series{name: fmt.Sprintf("%s, index %d", codec, index), sealer: sealer(s, err),
				scheme: "livekit", detail: fmt.Sprintf("key index %d", index)})
		}
	}
	for _, alg := range []string{"XOR-DEMO-JANUS", "XOR-DEMO-WEBRTC"} {
		s, err := xor.NewSealer(key(alg, func(*decrypt.Key) {}), xor.SealerOptions{})
		all = append(all, series{name: alg, sealer: sealer(s, err), scheme: "xor-demo", detail: "key id 1"})
	}
	return all
}

// TestSeries seals the frames of a call with every scheme's Sealer, both
// tracks with one as senders do.
func TestSeries(t *testing.T) {
	frames := call(t, "plain-vp8-identity")
	unsure := 0
	for _, s := range allSeries(t) {
		seal := s.sealer(t)
		tracks := make(map[decrypt.Kind][]shown)
		for _, f := range frames[:600] {
			if len(f.data) < 10 { // Janus's demonstration fails
				continue
			}
			f.meta.Type = decrypt.DeltaFrame
			if f.meta.Kind == decrypt.Video && f.data[0]&1 == 0 {
				f.meta.Type = decrypt.KeyFrame
			}
			sealed, err := seal.Seal(nil, f.data, f.meta)
			if err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			tracks[f.meta.Kind] = append(tracks[f.meta.Kind], shown{sealed, f.meta})
		}
		for kind, track := range tracks {
			for _, n := range []int{50, len(track)} {
				g := guess(nil, track[:n])
				if s.either && !g.Sure && strings.HasSuffix(g.Detail, "of the SFrame family") {
					unsure++
					continue
				}
				if g.Scheme != s.scheme || !strings.HasPrefix(g.Detail, s.detail) || !g.Sure {
					t.Errorf("%s, %s, first %d: %+v, want %q", s.name, kind, n, g, s.scheme)
				}
			}
		}
	}
	if unsure > 60 {
		t.Errorf("%d tracks are SFrame's of one kind or the other", unsure)
	}
}
