package janustest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mjrkit/mjrkit/internal/corpus"
)

// The configuration of Janus, by file. What is in capitals is filled in.
var config = map[string]string{
	"janus.jcfg": `general: {
	plugins_folder = "MODULES/plugins"
	transports_folder = "MODULES/transports"
	admin_secret = "ADMIN_SECRET"
	token_auth = TOKENS
	API_SECRET
}
media: { ipv6 = false }
nat: {
	ice_enforce_list = "ADDRESS"
	full_trickle = TRICKLE
}
plugins: { disable = "OTHER_PLUGINS" }
transports: { disable = "OTHER_TRANSPORTS" }
`,
	"janus.transport.websockets.jcfg": `general: {
	json = "compact"
	ws = true
	ws_port = 8188
	ws_ip = "ADDRESS"
}
`,
	"janus.transport.http.jcfg": `general: {
	json = "compact"
	base_path = "/janus"
	http = true
	port = 8088
	ip = "ADDRESS"
}
admin: {
	admin_base_path = "/admin"
	admin_http = true
	admin_port = 7088
	admin_ip = "ADDRESS"
}
`,
	"janus.plugin.videoroom.jcfg":  "general: { string_ids = STRING_IDS }\n",
	"janus.plugin.recordplay.jcfg": "general: { path = \"RECORDINGS\" }\n",
}

// adminSecret is that of Janus's admin API.
const adminSecret = "only for tests"

// others lists the modules of a kind but those that are wanted: each one more
// costs time at the start, and some complain without their configuration.
func others(modules, kind string, wanted ...string) string {
	names, _ := filepath.Glob(filepath.Join(modules, kind, "*.so")) // the pattern is well formed
	var list []string
	for _, n := range names {
		keep := false
		for _, w := range wanted {
			keep = keep || strings.Contains(n, w)
		}
		if !keep {
			list = append(list, filepath.Base(n))
		}
	}
	return strings.Join(list, ",")
}

func writeConfig(t testing.TB, j *Janus, o Options) {
	t.Helper()
	found, err := filepath.Glob("/usr/lib/*/janus")
	if err != nil || len(found) != 1 {
		corpus.Missing(t, "the modules of Janus are not in /usr/lib/*/janus: %v", found)
	}
	secret := ""
	if o.APISecret != "" {
		secret = `api_secret = "` + o.APISecret + `"`
	}
	truth := map[bool]string{true: "true", false: "false"}
	fill := strings.NewReplacer(
		"MODULES", found[0], "ADDRESS", j.Addr.String(), "RECORDINGS", j.Recordings,
		"ADMIN_SECRET", adminSecret, "API_SECRET", secret,
		"TOKENS", truth[o.Tokens], "STRING_IDS", truth[o.StringIDs], "TRICKLE", truth[o.Trickle],
		"OTHER_PLUGINS", others(found[0], "plugins", "videoroom", "recordplay"),
		"OTHER_TRANSPORTS", others(found[0], "transports", "http", "websockets"),
	)
	for name, text := range config {
		if err := os.WriteFile(filepath.Join(j.dir, name), []byte(fill.Replace(text)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
