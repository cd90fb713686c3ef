package pagetest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// preferences make a Firefox for tests: it speaks to nobody but the pages, asks
// nobody, and has fake devices.
var preferences = map[string]any{
	// Media.
	"media.navigator.streams.fake":                      true,
	"media.navigator.permission.disabled":               true,
	"media.peerconnection.ice.loopback":                 true,
	"media.peerconnection.ice.obfuscate_host_addresses": false,
	"media.gmp-manager.url":                             "", // no codecs from elsewhere
	"media.gmp-provider.enabled":                        false,

	// No pages of its own.
	"browser.startup.page":                                        0,
	"browser.startup.homepage":                                    "about:blank",
	"browser.startup.homepage_override.mstone":                    "ignore",
	"browser.aboutwelcome.enabled":                                false,
	"browser.newtabpage.enabled":                                  false,
	"browser.shell.checkDefaultBrowser":                           false,
	"datareporting.policy.dataSubmissionPolicyBypassNotification": true,
	"termsofuse.bypassNotification":                               true,
	"trailhead.firstrun.didSeeAboutWelcome":                       true,

	// No connections of its own.
	"app.normandy.enabled":                              false,
	"app.update.disabledForTesting":                     true,
	"browser.safebrowsing.malware.enabled":              false,
	"browser.safebrowsing.phishing.enabled":             false,
	"browser.safebrowsing.downloads.remote.enabled":     false,
	"browser.search.update":                             false,
	"browser.region.network.url":                        "",
	"datareporting.healthreport.uploadEnabled":          false,
	"datareporting.usage.uploadEnabled":                 false,
	"dom.push.connection.enabled":                       false,
	"extensions.blocklist.enabled":                      false,
	"extensions.getAddons.cache.enabled":                false,
	"extensions.systemAddon.update.enabled":             false,
	"extensions.update.enabled":                         false,
	"geo.provider.testing":                              true,
	"network.captive-portal-service.enabled":            false,
	"network.connectivity-service.enabled":              false,
	"network.dns.disablePrefetch":                       true,
	"network.http.speculative-parallel-limit":           0,
	"network.prefetch-next":                             false,
	"network.proxy.type":                                0,
	"network.trr.mode":                                  5,
	"security.OCSP.enabled":                             0,
	"services.settings.server":                          "data:,#remote-settings-dummy/v1",
	"toolkit.telemetry.enabled":                         false,
	"toolkit.telemetry.server":                          "data:,",
	"toolkit.telemetry.unified":                         false,
	"toolkit.telemetry.shutdownPingSender.enabled":      false,
	"browser.newtabpage.activity-stream.feeds.topsites": false,

	// Tests have a page in the background now and then, and slow machines.
	"dom.ipc.processPrelaunch.enabled":            false,
	"dom.min_background_timeout_value":            4,
	"dom.timeout.enable_budget_timer_max_delay":   0,
	"dom.max_script_run_time":                     0,
	"dom.disable_open_during_load":                false,
	"toolkit.cosmeticAnimations.enabled":          false,
	"full-screen-api.allow-trusted-requests-only": false,
	"full-screen-api.transition-duration.enter":   "0 0",
	"full-screen-api.transition-duration.leave":   "0 0",
	"full-screen-api.warning.timeout":             0,
	"remote.prefs.recommended":                    true,
}

// writeProfile makes a folder a profile with these preferences, and others in
// their place.
func writeProfile(dir string, others map[string]any) error {
	all := maps.Clone(preferences)
	maps.Copy(all, others)
	var lines []string
	for name, value := range all {
		lines = append(lines, fmt.Sprintf("user_pref(%q, %#v);\n", name, value))
	}
	slices.Sort(lines)
	return os.WriteFile(filepath.Join(dir, "user.js"), []byte(strings.Join(lines, "")), 0o600)
}
