// Package e2e tests the whole: the command as a process of its own, real
// browsers, real servers. There is nothing in it but tests.
package e2e
