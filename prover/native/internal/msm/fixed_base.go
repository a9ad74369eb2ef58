// SPDX-License-Identifier: GPL-3.0-or-later

package msm

import (
	"runtime"
	"sync/atomic"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/curve"
)

// multiplesBatch is how many running sums stay in the cache while a window's table passes by.
const multiplesBatch = 2048

// multiples makes multiples of one point by additions only: table[w][j] is (j + 1)·2^(w·bits) of it.
type multiples[E comparable] struct {
	bits     int
	table    [][]curve.Affine[E]
	newAdder func() *curve.Adder[E]
	negate   func(y *E, sign uint64)
}

type (
	g1Multiples = multiples[fp.Element]
	g2Multiples = multiples[bn254.E2]
)

// NewG1Multiples makes tables that suit the number of scalars to come.
func NewG1Multiples(generator *bn254.G1Affine, scalars int) *g1Multiples {
	made := g1Multiples{newAdder: curve.NewG1Adder, negate: curve.NegateFp}
	made.fill(curve.FromG1(generator), scalars)
	return &made
}

func NewG2Multiples(generator *bn254.G2Affine, scalars int) *g2Multiples {
	made := g2Multiples{newAdder: curve.NewG2Adder, negate: curve.NegateE2}
	made.fill(curve.FromG2(generator), scalars)
	return &made
}

func (base *multiples[E]) fill(generator curve.Affine[E], scalars int) {
	cost := func(bits int) int { return (scalars + 1<<(bits-1)) * windows(bits) }
	base.bits = 8
	for base.bits < 16 && cost(base.bits+1) < cost(base.bits) {
		base.bits++
	}
	half := 1 << (base.bits - 1)
	work := base.newAdder()
	next := generator
	for range windows(base.bits) {
		row := make([]curve.Affine[E], half)
		row[0] = next
		for filled := 1; filled < half; filled *= 2 {
			for index := range filled {
				work.Add(&row[filled+index], &row[index], &row[filled-1])
			}
			work.Flush()
		}
		base.table = append(base.table, row)
		work.Add(&next, &row[half-1], &row[half-1])
		work.Flush()
	}
}

// Of returns the multiples of the point, in order. report is told after each batch how many it had.
func (base *multiples[E]) Of(scalars []fr.Element, report func(int)) ([]curve.Affine[E], error) {
	sums := make([]curve.Affine[E], len(scalars))
	var next atomic.Int64
	return sums, concurrent.Parallel(runtime.GOMAXPROCS(0), func(_, _ int) error {
		work := base.newAdder()
		digits := make([]int32, multiplesBatch*len(base.table))
		for {
			end := int(next.Add(multiplesBatch))
			start := end - multiplesBatch
			if start >= len(scalars) {
				return nil
			}
			end = min(end, len(scalars))
			base.batch(sums[start:end], scalars[start:end], digits, work)
			report(end - start)
		}
	})
}

func (base *multiples[E]) batch(
	sums []curve.Affine[E], scalars []fr.Element, digits []int32, work *curve.Adder[E],
) {
	windows := len(base.table)
	var negative curve.Affine[E]
	clear(digits)
	for index := range scalars {
		plain := fr.Element(scalars[index].Bits())
		cut(&plain, base.bits, digits[index*windows:(index+1)*windows])
	}
	for window, row := range base.table {
		for index := range sums {
			switch digit := digits[index*windows+window]; {
			case digit > 0:
				work.Add(&sums[index], &sums[index], &row[digit-1])
			case digit < 0:
				negative = row[-digit-1]
				base.negate(&negative.Y, 1)
				work.Add(&sums[index], &sums[index], &negative)
			}
		}
		work.Flush()
	}
}
