// SPDX-License-Identifier: GPL-3.0-or-later

//go:build !amd64

package fourier

import (
	"errors"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

// lanes.InUse is never true here: nobody asks.

const LeastSize = 64

var errElsewhere = errors.New("fourier: not on this processor")

type (
	Extension struct{}
	Scratch   struct{}
)

func NewExtension(int, fr.Element) (*Extension, error) { return nil, errElsewhere }

func (*Extension) NewScratch() *Scratch { return nil }

func (*Extension) Quotient(*Scratch, []fr.Element, []fr.Element, []fr.Element) error {
	return errElsewhere
}
