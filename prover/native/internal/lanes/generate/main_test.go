// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"os"
	"testing"
)

func TestKernelsAreWhatIsGenerated(t *testing.T) {
	committed, err := os.ReadFile("../kernels_amd64.s")
	if err != nil {
		t.Fatal(err)
	}
	if string(committed) != kernels() {
		t.Error("kernels_amd64.s is not what the generator writes: go generate ./internal/lanes")
	}
}
