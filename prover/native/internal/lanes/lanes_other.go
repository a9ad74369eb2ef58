// SPDX-License-Identifier: GPL-3.0-or-later

//go:build !amd64

package lanes

import "unsafe"

// Available: there are kernels for one kind of processor.
const Available = false

// Prefetch does nothing.
func Prefetch(unsafe.Pointer, uintptr, []uint32) {}

// FpMultiply is never asked for: InUse is false here.
func FpMultiply(_, _, _ []Block) { panic("lanes: not on this processor") }
