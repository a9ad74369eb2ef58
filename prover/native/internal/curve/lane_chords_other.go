// SPDX-License-Identifier: GPL-3.0-or-later

//go:build !amd64

package curve

import (
	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
)

// lanes.InUse is never true here.

func newLaneChordsG1() chords[fp.Element] { return nil }

func newLaneChordsG2() chords[bn254.E2] { return nil }
