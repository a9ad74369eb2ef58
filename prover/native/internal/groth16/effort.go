// SPDX-License-Identifier: GPL-3.0-or-later

package groth16

import (
	"math/bits"
	"time"

	"github.com/consensys/gnark-crypto/ecc/bn254/fp"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/lanes"
)

// Effort says how far a proof is from what its multiplications alone would take: those of the proof that was made
// last, and what one takes here and now. Vector ones are of sums and transforms, by the arithmetic in use; scalar
// ones of the rows of A and B. Not counted are those that put the windows of a sum together and the verification,
// some hundredths of them.
type Effort struct {
	Arithmetic            string  `json:"arithmetic"`
	VectorMultiplications uint64  `json:"vectorMultiplications"`
	ScalarMultiplications uint64  `json:"scalarMultiplications"`
	VectorNanoseconds     float64 `json:"vectorNanoseconds"`
	ScalarNanoseconds     float64 `json:"scalarNanoseconds"`
}

func (work *scratch) countSums() {
	total := uint64(0)
	for _, summer := range work.summers {
		total += summer.Multiplications()
	}
	work.before, work.inSums = total, total-work.before
}

// quotientMultiplications of a domain of so many elements: A, B and C down and up its stages, each with the factors
// between (one list of the kernels, two of the library), then the products and changes of form around them.
func quotientMultiplications(size uint64) uint64 {
	stages := uint64(bits.TrailingZeros64(size))
	if lanes.InUse {
		return 3*(size*stages+size) + 5*size
	}
	return 3*(size*stages+2*size) + 3*size
}

// Effort of the proof that was made last.
func (key *ProvingKey) Effort() Effort {
	made := Effort{
		Arithmetic:            "library",
		VectorMultiplications: key.scratch.inSums + quotientMultiplications(uint64(key.domainSize)),
		ScalarMultiplications: uint64(len(key.matrices[0].terms) + len(key.matrices[1].terms)),
		VectorNanoseconds:     perElement(timedVectors()),
		ScalarNanoseconds:     perElement(timedScalars()),
	}
	if lanes.InUse {
		made.Arithmetic = "52-bit"
	}
	return made
}

// perElement is the least time of several runs over so many elements.
func perElement(count int, run func()) float64 {
	const runs = 50
	least := time.Hour
	for range runs {
		started := time.Now()
		run()
		least = min(least, time.Since(started))
	}
	return float64(least.Nanoseconds()) / float64(count)
}

// timedElements fit the first-level cache.
const timedElements = 256

func timedVectors() (count int, run func()) {
	const repeats = 16
	if lanes.InUse {
		left, right := make([]lanes.Block, timedElements/lanes.Width), make([]lanes.Block, timedElements/lanes.Width)
		return repeats * timedElements, func() {
			for range repeats {
				lanes.FpMultiply(left, left, right)
			}
		}
	}
	left, right := make(fp.Vector, timedElements), make(fp.Vector, timedElements)
	return repeats * timedElements, func() {
		for range repeats {
			left.Mul(left, right)
		}
	}
}

func timedScalars() (count int, run func()) {
	values := make([]fr.Element, timedElements)
	for index := range values {
		values[index].SetUint64(uint64(index + 2))
	}
	return timedElements, func() {
		for index := range values {
			values[index].Mul(&values[index], &values[(index+1)%timedElements])
		}
	}
}
