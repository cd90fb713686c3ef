//go:build !nonet

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mjrkit/mjrkit/internal/rtc"
)

// iceOptions are the flags for how media finds its way (ICE, RFC 8445).
type iceOptions struct {
	iceUDP   uint16
	iceHosts []string
	stun     []string
	turnFile string
}

func (o *iceOptions) addFlags(c *cobra.Command) {
	f := c.Flags()
	f.Uint16Var(&o.iceUDP, "ice-udp", 0, "have all media at this UDP `PORT`; else at a free one")
	f.StringArrayVar(&o.iceHosts, "ice-host", nil, "tell peers to send media to `IP` instead of this machine's addresses (may be repeated)")
	f.StringArrayVar(&o.stun, "stun", nil, "use the STUN server at `HOST:PORT` (may be repeated)")
	f.StringVar(&o.turnFile, "turn-file", "", "use the TURN server in `FILE`: JSON with urls, username and credential")
}

// given reports whether any of the flags was.
func (o *iceOptions) given() bool {
	return o.iceUDP != 0 || o.turnFile != "" || len(o.iceHosts)+len(o.stun) > 0
}

// open makes an engine, which serves this machine alone where loopback says so
// and no address of --ice-host is another. The servers are those of the flags;
// more are used besides.
func (o *iceOptions) open(loopback bool, warn func(text string), more ...rtc.ICEServer) (*rtc.Engine, []rtc.ICEServer, error) {
	c := rtc.Config{UDPPort: int(o.iceUDP), Loopback: loopback, Warn: warn}
	for _, s := range o.iceHosts {
		ip, err := netip.ParseAddr(s)
		if err != nil || ip.Zone() != "" || ip.IsUnspecified() {
			return nil, nil, misused("--ice-host %q: want an IP address", s)
		}
		c.Hosts = append(c.Hosts, ip)
		c.Loopback = c.Loopback && ip.IsLoopback()
	}
	servers, err := o.servers()
	if err != nil {
		return nil, nil, err
	}
	c.Servers = append(more, servers...)
	e, err := rtc.NewEngine(c)
	return e, servers, err
}

// servers are those of --stun and --turn-file.
func (o *iceOptions) servers() ([]rtc.ICEServer, error) {
	var all []rtc.ICEServer
	for _, s := range o.stun {
		url := s
		if !strings.HasPrefix(s, "stun:") && !strings.HasPrefix(s, "stuns:") {
			url = "stun:" + s
		}
		if err := checkICE(url); err != nil {
			return nil, misused("--stun %q: %w", s, err)
		}
		all = append(all, rtc.ICEServer{URLs: []string{url}})
	}
	if o.turnFile == "" {
		return all, nil
	}
	b, err := readSmall(o.turnFile, 64<<10)
	if err != nil {
		return nil, err
	}
	turn, err := parseTURN(b)
	if err != nil {
		return nil, misused("%s: %w", o.turnFile, err)
	}
	return append(all, turn...), nil
}

// turnServer is an RTCIceServer of the WebRTC API: "urls" is one or a list.
type turnServer struct {
	URLs       json.RawMessage `json:"urls"`
	Username   string          `json:"username"`
	Credential string          `json:"credential"`
}

// parseTURN reads one server or a list of them. Its errors show no credential.
func parseTURN(b []byte) ([]rtc.ICEServer, error) {
	var list []turnServer
	if !bytes.HasPrefix(bytes.TrimSpace(b), []byte("[")) {
		list = make([]turnServer, 1)
		if json.Unmarshal(b, &list[0]) != nil {
			return nil, errors.New("neither a JSON object with urls, username and credential, nor a list of them")
		}
	} else if json.Unmarshal(b, &list) != nil {
		return nil, errors.New("no JSON list of objects with urls, username and credential")
	}
	var all []rtc.ICEServer
	for _, t := range list {
		s := rtc.ICEServer{Username: t.Username, Credential: t.Credential}
		var one string
		if json.Unmarshal(t.URLs, &s.URLs) != nil {
			if json.Unmarshal(t.URLs, &one) != nil {
				return nil, errors.New(`"urls" is neither a text nor a list of texts`)
			}
			s.URLs = []string{one}
		}
		if len(s.URLs) == 0 {
			return nil, errors.New(`"urls" is empty`)
		}
		for i, u := range s.URLs {
			if err := checkICE(u); err != nil {
				return nil, fmt.Errorf("url %d: %w", i+1, err)
			}
			if strings.HasPrefix(u, "turn") && (s.Username == "" || s.Credential == "") {
				return nil, fmt.Errorf("url %d: a TURN server needs username and credential", i+1)
			}
		}
		all = append(all, s)
	}
	return all, nil
}

var errICE = errors.New("want stun:HOST:PORT or turn:HOST:PORT")

// checkICE checks the URL of a STUN or TURN server (RFC 7064, RFC 7065): what
// is wrong with it would else be known when the first peer comes.
func checkICE(u string) error {
	scheme, rest, _ := strings.Cut(u, ":")
	if scheme != "turn" && scheme != "turns" && scheme != "stun" && scheme != "stuns" {
		return errICE
	}
	address, query, _ := strings.Cut(rest, "?")
	if query != "" && query != "transport=udp" && query != "transport=tcp" {
		return errICE
	}
	host, port := address, "3478"
	if strings.Contains(address, ":") && !strings.HasSuffix(address, "]") {
		var err error
		if host, port, err = net.SplitHostPort(address); err != nil {
			return errICE
		}
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil || host == "" || strings.ContainsAny(host, " /@<>\"\\") {
		return errICE
	}
	return nil
}
