// SPDX-License-Identifier: GPL-3.0-or-later

package worker

import (
	"path/filepath"
	"testing"

	"plimsoll/native/internal/fixture"
)

// FuzzRequests: no sequence of bytes makes the worker panic.
func FuzzRequests(f *testing.F) {
	f.Add([]byte{})
	f.Add(request(opProve, digest{}, []byte("wtns"))[4:])
	path := filepath.Join("..", "fixture", fixture.TinyKey)
	f.Add(request(opLoad, digest{}, []byte(path))[4:])
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 0 && operation(body[0]) == opLoad && len(body) > 33 && string(body[33:]) != path {
			t.Skip() // nothing on this machine is to be opened by a guess
		}
		var keys worker
		_, _ = keys.serve(body)
	})
}
