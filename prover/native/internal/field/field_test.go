// SPDX-License-Identifier: GPL-3.0-or-later

package field

import (
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

func TestModuliAreThoseOfTheLibrary(t *testing.T) {
	minusOne := new(fr.Element).SetInt64(-1).Bits()
	minusOne[0]++
	if minusOne != FrModulus {
		t.Errorf("scalar field: %x", minusOne)
	}
	base := new(fp.Element).SetInt64(-1).Bits()
	base[0]++
	if base != FpModulus {
		t.Errorf("base field: %x", base)
	}
}
