package door

import (
	"net/netip"
	"net/url"
)

// URL is what a person opens. Where all addresses of the machine are bound, it
// has the first that others can reach; a name of Hosts goes before addresses.
func (d *Door) URL() string { return d.urlAt(d.port()) }

func (d *Door) urlAt(port uint16) string {
	h, scheme := d.called(), "http"
	if d.certificate != nil {
		scheme = "https"
	}
	if h.port == 0 {
		h.port = port
	}
	if scheme == "http" && h.port == 80 || scheme == "https" && h.port == 443 {
		h.port = 0
	}
	return scheme + "://" + h.String() + "/"
}

// TokenURL is URL with the token in the fragment, for a browser: whoever has it
// may do all.
func (d *Door) TokenURL() string {
	if d.token == "" {
		return d.URL()
	}
	return d.URL() + "#token=" + url.QueryEscape(d.token)
}

// called is the host that others call us by.
func (d *Door) called() hostPort {
	localhost := hostPort{name: "localhost"}
	ip, err := netip.ParseAddr(d.address.host)
	switch {
	case d.address.host == "":
		return localhost
	case len(d.hosts) > 0 && !d.address.loopback:
		return d.hosts[0]
	case err != nil:
		return hostPort{name: d.address.host}
	case !d.address.wildcard:
		return hostPort{ip: ip.Unmap().WithZone("")}
	}
	for _, local := range localAddresses() {
		if local.IsGlobalUnicast() && (ip.Is6() || local.Is4()) {
			return hostPort{ip: local}
		}
	}
	return localhost
}
