package main

import "runtime/debug"

// version is the module's version as the go command recorded it: a tag where
// it was installed by one, else "(devel)".
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
