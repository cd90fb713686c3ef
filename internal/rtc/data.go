package rtc

import (
	"fmt"
	"slices"
	"strings"

	"github.com/pion/sdp/v3"
)

const application = "application" // a line of data channels (RFC 8841)

// withoutData refuses the data channels of an offer before Pion sees it: it
// would open as many as the other side likes, and nobody has a use for them.
// A line that no bundle has is answered with the port 0.
func withoutData(offer string) (string, error) {
	var d sdp.SessionDescription
	if err := d.UnmarshalString(offer); err != nil {
		return "", fmt.Errorf("%w: not in the format of RFC 8866", ErrOffer)
	}
	var mids []string
	for _, m := range d.MediaDescriptions {
		if m.MediaName.Media != application {
			continue
		}
		m.MediaName.Port = sdp.RangedPort{}
		m.Attributes = slices.DeleteFunc(m.Attributes, func(a sdp.Attribute) bool { return a.Key == "bundle-only" })
		mid, _ := m.Attribute(sdp.AttrKeyMID)
		mids = append(mids, mid)
	}
	if mids == nil {
		return offer, nil
	}
	for i, a := range d.Attributes {
		if a.Key != sdp.AttrKeyGroup {
			continue
		}
		words := strings.Fields(a.Value)
		d.Attributes[i].Value = strings.Join(slices.DeleteFunc(words, func(w string) bool { return slices.Contains(mids, w) }), " ")
	}
	b, err := d.Marshal()
	if err != nil {
		return "", fmt.Errorf("%w: %v", ErrOffer, err)
	}
	return string(b), nil
}
