// SPDX-License-Identifier: GPL-3.0-or-later

package fourier

import (
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"plimsoll/native/internal/lanes"
)

func TestQuotientsAreThoseOfTheLibrary(t *testing.T) {
	if !lanes.Available {
		t.Skip("this processor has no 52-bit multiplier")
	}
	largest := *new(fr.Element).SetInt64(-1)
	for _, size := range []int{LeastSize, 2 * LeastSize, 1024, 1 << 13} {
		for name, fill := range map[string]func(into fr.Vector){
			"random":  func(into fr.Vector) { into.MustSetRandom() },
			"zero":    func(into fr.Vector) { clear(into) },
			"largest": func(into fr.Vector) { copy(into, slices.Repeat(fr.Vector{largest}, size)) },
			"one":     func(into fr.Vector) { clear(into); into[size-1].SetOne() },
		} {
			shift, err := fft.Generator(uint64(2 * size))
			if err != nil {
				t.Fatal(err)
			}
			extension, err := NewExtension(size, shift)
			if err != nil {
				t.Fatal(err)
			}
			a, b, c, into := make(fr.Vector, size), make(fr.Vector, size), make(fr.Vector, size), make(fr.Vector, size)
			fill(a)
			b.MustSetRandom()
			scratch := extension.NewScratch()
			// What was there before does not matter.
			for range 2 {
				if err := extension.Quotient(scratch, a, b, into); err != nil {
					t.Fatal(err)
				}
			}
			c.Mul(a, b)
			domain := fft.NewDomain(uint64(size), fft.WithShift(shift))
			for _, values := range []fr.Vector{a, b, c} {
				domain.FFTInverse(values, fft.DIF)
				domain.FFT(values, fft.DIT, fft.OnCoset())
			}
			for index := range into {
				var wanted fr.Element
				wanted.Mul(&a[index], &b[index]).Sub(&wanted, &c[index])
				if [4]uint64(into[index]) != wanted.Bits() {
					t.Fatalf("%s, size %d: value %d is %v, not %v", name, size, index, into[index], wanted.Bits())
				}
			}
		}
	}
}
