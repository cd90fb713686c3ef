package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func parts(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*.part"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestOutputLeavesStrangersAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out")
	precious := filepath.Join(dir, "precious")
	if err := errors.Join(os.WriteFile(precious, []byte("precious"), 0o600), os.Symlink(precious, path+".part")); err != nil {
		t.Fatal(err)
	}
	o := &output{path: path, perm: 0o600}
	if _, err := o.Write([]byte("whole")); err != nil {
		t.Fatal(err)
	}
	if exists(path) {
		t.Error("the output appears before it is whole")
	}
	if err := o.commit(); err != nil {
		t.Fatal(err)
	}
	o.abort() // nothing, by now
	for name, want := range map[string]string{path: "whole", precious: "precious"} {
		if got, err := os.ReadFile(name); err != nil || string(got) != want {
			t.Errorf("%s: got %q, %v", filepath.Base(name), got, err)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestOutputNeverReplacesWhatAppearedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	first, second := &output{path: filepath.Join(dir, "out")}, &output{path: filepath.Join(dir, "out")}
	for _, o := range []*output{first, second} {
		if _, err := o.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.commit(); err != nil {
		t.Fatal(err)
	}
	if err := second.commit(); exitCode(err) != exitExists {
		t.Errorf("got %v, want exit code %d", err, exitExists)
	}
	second.abort()
	if left := parts(t, dir); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestOutputEndsWithTheContext(t *testing.T) {
	dir := t.TempDir()
	o := &output{path: filepath.Join(dir, "out")}
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := o.Write([]byte("half")); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	o.abortWith(ctx)
	context.AfterFunc(ctx, func() { o.abort(); close(done) })
	cancel()
	<-done
	if left := parts(t, dir); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if err := o.commit(); err == nil || exists(o.path) {
		t.Errorf("committed after the end: %v", err)
	}
}

func TestOutputReplacesOnlyFiles(t *testing.T) {
	dir := t.TempDir()
	o := &output{path: dir, force: true}
	if _, err := o.Write([]byte("x")); exitCode(err) != exitExists {
		t.Errorf("got %v, want exit code %d", err, exitExists)
	}
}
