// SPDX-License-Identifier: GPL-3.0-or-later

package devkey

import (
	"encoding/binary"
	"errors"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr/fft"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/field"
	"plimsoll/native/internal/groth16"
)

// trapdoor is the toxic waste of a development key. It is public: the caller derives it from a seed
// that is printed in prover/proving/keys/trapdoor.ts.
type trapdoor struct {
	tau, alpha, beta, delta fr.Element
}

// qapScalars are the logarithms of every point of the key, as in prover/proving/keys/qap.ts.
type qapScalars struct {
	a, b []fr.Element
	// β·A + α·B + C per wire, public wires first, before the division by δ.
	k []fr.Element
	// k of the private wires, divided by δ.
	kDelta []fr.Element
	// Odd Lagrange values of the doubled domain, divided by δ.
	hDelta []fr.Element
	// τ^(N+i) − τ^i, by which snarkjs identifies the powers of τ in its circuit hash.
	powersOfTau []fr.Element
}

var errTrivialTau = errors.New("trapdoor: tau is a root of unity")

// lagrange returns the Lagrange values at τ of the domain of 2^power roots of unity.
func lagrange(power int, tau *fr.Element) ([]fr.Element, error) {
	count := 1 << power
	root, err := fft.Generator(uint64(count))
	if err != nil {
		return nil, err
	}
	one := fr.One()
	// (τ^n − 1)/n
	scale := *tau
	for range power {
		scale.Square(&scale)
	}
	scale.Sub(&scale, &one)
	if scale.IsZero() {
		return nil, errTrivialTau
	}
	var size fr.Element
	size.SetUint64(uint64(count))
	scale.Div(&scale, &size)
	values := make([]fr.Element, count)
	err = concurrent.Parallel(count, func(start, end int) error {
		var power fr.Element
		power.Exp(root, big.NewInt(int64(start)))
		roots := make([]fr.Element, end-start)
		for index := range roots {
			roots[index] = power
			values[start+index].Sub(tau, &power)
			power.Mul(&power, &root)
		}
		into := fr.Vector(values[start:end])
		copy(into, fr.BatchInvert(into))
		into.Mul(into, roots)
		into.ScalarMul(into, &scale)
		return nil
	})
	return values, err
}

// at sums a side's column polynomials at τ, from the rows' Lagrange values there.
func (terms *linearTerms) at(values []fr.Element, wires int) []fr.Element {
	sums := make([]fr.Element, wires)
	var product fr.Element
	for row := range len(terms.start) - 1 {
		for term := terms.start[row]; term < terms.start[row+1]; term++ {
			product.Mul(&terms.coefficients[term], &values[row])
			sum := &sums[terms.wires[term]]
			sum.Add(sum, &product)
		}
	}
	return sums
}

func times(values []fr.Element, factor *fr.Element) fr.Vector {
	product := make(fr.Vector, len(values))
	product.ScalarMul(values, factor)
	return product
}

// evaluate is the circuit's quadratic program at τ, where the trapdoor makes it cheap.
func evaluate(system *r1cs, waste *trapdoor) (*qapScalars, error) {
	power := system.domainPower()
	values, err := lagrange(power, &waste.tau)
	if err != nil {
		return nil, err
	}
	doubled, err := lagrange(power+1, &waste.tau)
	if err != nil {
		return nil, err
	}
	var sides [3][]fr.Element
	works := make([]func() error, len(sides))
	for side := range sides {
		works[side] = func() error {
			sides[side] = system.sides[side].at(values, system.wires)
			return nil
		}
	}
	if err := concurrent.Together(works); err != nil {
		return nil, err
	}
	a, b, c := sides[0], sides[1], sides[2]
	// snarkjs's extra rows keep the public wires' polynomials independent.
	for wire := range system.publicSignals + 1 {
		a[wire].Add(&a[wire], &values[system.constraints+wire])
	}
	k := times(a, &waste.beta)
	k.Add(k, times(b, &waste.alpha))
	k.Add(k, c)
	var inverseDelta fr.Element
	inverseDelta.Inverse(&waste.delta)
	odd := make([]fr.Element, len(values))
	for index := range odd {
		odd[index] = doubled[2*index+1]
	}
	return &qapScalars{
		a: a, b: b, k: k,
		kDelta:      times(k[system.publicSignals+1:], &inverseDelta),
		hDelta:      times(odd, &inverseDelta),
		powersOfTau: hashedPowers(power, &waste.tau),
	}, nil
}

// hashedPowers: snarkjs hashes these in chunks of 2¹⁴ and rounds the last one up, which is one point
// more for a larger domain.
func hashedPowers(power int, tau *fr.Element) []fr.Element {
	count := 1 << power
	if power <= 14 {
		count--
	}
	one := fr.One()
	next := *tau
	for range power {
		next.Square(&next)
	}
	next.Sub(&next, &one)
	powers := make([]fr.Element, count)
	for index := range powers {
		powers[index] = next
		next.Mul(&next, tau)
	}
	return powers
}

// coefficientSection is the payload of a .zkey's coefficient section: A and B of every constraint,
// then snarkjs's extra rows, in Montgomery form twice.
func coefficientSection(system *r1cs) []byte {
	count := len(system.sides[0].wires) + len(system.sides[1].wires) + system.publicSignals + 1
	bytes := make([]byte, 0, 4+count*groth16.CoefficientBytes)
	bytes = binary.LittleEndian.AppendUint32(bytes, uint32(count))
	put := func(matrix, row, wire uint32, value *fr.Element) {
		bytes = binary.LittleEndian.AppendUint32(bytes, matrix)
		bytes = binary.LittleEndian.AppendUint32(bytes, row)
		bytes = binary.LittleEndian.AppendUint32(bytes, wire)
		var twice fr.Element
		bytes = appendWords(bytes, *twice.Mul(value, &field.MontgomeryFactor))
	}
	for row := range system.constraints {
		for matrix := range 2 {
			side := &system.sides[matrix]
			for term := side.start[row]; term < side.start[row+1]; term++ {
				put(uint32(matrix), uint32(row), side.wires[term], &side.coefficients[term])
			}
		}
	}
	one := fr.One()
	for wire := range system.publicSignals + 1 {
		put(0, uint32(system.constraints+wire), uint32(wire), &one)
	}
	return bytes
}

// appendWords writes a field element as it is held: low word first.
func appendWords(bytes []byte, words [4]uint64) []byte {
	for _, word := range words {
		bytes = binary.LittleEndian.AppendUint64(bytes, word)
	}
	return bytes
}
