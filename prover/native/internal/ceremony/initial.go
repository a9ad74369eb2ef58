// SPDX-License-Identifier: GPL-3.0-or-later

package ceremony

import (
	"encoding/binary"
	"fmt"
	"hash"
	"math/big"

	bn254 "github.com/consensys/gnark-crypto/ecc/bn254"
	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
	"golang.org/x/crypto/blake2b"

	"plimsoll/native/internal/concurrent"
)

// Written in the order in which snarkjs writes a new key, so that the two are the same file.
func (of *circuit) writeInitial(path string, tau *powers) ([64]byte, error) {
	var circuitHash [64]byte
	if err := of.requireFits(tau); err != nil {
		return circuitHash, err
	}
	points, err := initialPoints(tau)
	if err != nil {
		return circuitHash, err
	}
	made, err := of.initial(tau)
	if err != nil {
		return circuitHash, err
	}
	circuitHash, err = of.hash(tau, points, made)
	if err != nil {
		return circuitHash, err
	}
	history := append(circuitHash[:], 0, 0, 0, 0)
	public := of.publicSignals + 1
	return circuitHash, writeContainer(path, "zkey", []section{
		{keyProtocol, binary.LittleEndian.AppendUint32(nil, groth16Protocol)},
		{keyHeader, headerBytesOf(of.wires, of.publicSignals, of.domainSize(), points)},
		{keyCoefficients, of.coefficients()},
		{keyIC, bytesOfG1(made.k[:public]...)},
		{keyH, bytesOfG1(made.h...)},
		{keyC, bytesOfG1(made.k[public:]...)},
		{keyA, bytesOfG1(made.a...)},
		{keyB1, bytesOfG1(made.b1...)},
		{keyB2, bytesOfG2(made.b2...)},
		{keyContributions, history},
	})
}

// requireFits: for its circuit hash snarkjs reads one power beyond 2·2^power for circuits of more than 2^14
// rows, and takes whatever stands there in a file of no more powers than the circuit needs.
func (of *circuit) requireFits(tau *powers) error {
	needed := of.power
	if needed > 14 {
		needed++
	}
	if tau.power < needed {
		return fmt.Errorf("ptau: too small: a circuit of 2^%d rows needs 2^%d powers, the file has 2^%d",
			of.power, needed, tau.power)
	}
	return nil
}

// initialPoints: α and β of the powers, and δ = γ = 1 until somebody contributes.
func initialPoints(tau *powers) (*verifyingPoints, error) {
	alpha, err := tau.g1(powersAlphaG1, 0, 1)
	if err != nil {
		return nil, err
	}
	beta1, err := tau.g1(powersBetaG1, 0, 1)
	if err != nil {
		return nil, err
	}
	beta2, err := tau.g2(powersBetaG2, 0, 1)
	if err != nil {
		return nil, err
	}
	_, _, g1, g2 := bn254.Generators()
	return &verifyingPoints{
		alpha1: alpha[0], beta1: beta1[0], beta2: beta2[0], gamma2: g2, delta1: g1, delta2: g2,
	}, nil
}

// initialKey holds the points of a key before any contribution; k: public wires first.
type initialKey struct {
	a, b1, k, h []bn254.G1Affine
	b2          []bn254.G2Affine
}

func (of *circuit) initial(tau *powers) (*initialKey, error) {
	plain, err := tau.lagrangeG1(lagrangeTauG1, of.power)
	if err != nil {
		return nil, err
	}
	alpha, err := tau.lagrangeG1(lagrangeAlphaG1, of.power)
	if err != nil {
		return nil, err
	}
	beta, err := tau.lagrangeG1(lagrangeBetaG1, of.power)
	if err != nil {
		return nil, err
	}
	inG2, err := tau.lagrangeG2(of.power)
	if err != nil {
		return nil, err
	}
	a, b, c := of.byWire(0), of.byWire(1), of.byWire(2)
	made := &initialKey{}
	if made.a, err = composeG1(of.wires, weighted{a, plain}); err != nil {
		return nil, err
	}
	if made.b1, err = composeG1(of.wires, weighted{b, plain}); err != nil {
		return nil, err
	}
	if made.k, err = composeG1(of.wires, weighted{a, beta}, weighted{b, alpha}, weighted{c, plain}); err != nil {
		return nil, err
	}
	if made.b2, err = composeG2(of.wires, b, inG2); err != nil {
		return nil, err
	}
	made.h, err = of.oddLagrange(tau)
	return made, err
}

// oddLagrange is H: the odd points of the doubled domain.
func (of *circuit) oddLagrange(tau *powers) ([]bn254.G1Affine, error) {
	doubled, err := tau.lagrangeG1(lagrangeTauG1, of.power+1)
	if err != nil {
		return nil, err
	}
	odd := make([]bn254.G1Affine, of.domainSize())
	for index := range odd {
		odd[index] = doubled[2*index+1]
	}
	return odd, nil
}

// weighted are terms by wire, and the points of the rows that they multiply.
type weighted struct {
	terms  [][]*term
	points []bn254.G1Affine
}

func composeG1(wires int, parts ...weighted) ([]bn254.G1Affine, error) {
	sums := make([]bn254.G1Jac, wires)
	err := concurrent.Parallel(wires, func(start, end int) error {
		var product bn254.G1Jac
		for wire := start; wire < end; wire++ {
			for _, part := range parts {
				for _, entry := range part.terms[wire] {
					product.FromAffine(&part.points[entry.row])
					scale(&product, &entry.value)
					sums[wire].AddAssign(&product)
				}
			}
		}
		return nil
	})
	return bn254.BatchJacobianToAffineG1(sums), err
}

func composeG2(wires int, terms [][]*term, points []bn254.G2Affine) ([]bn254.G2Affine, error) {
	sums := make([]bn254.G2Affine, wires)
	err := concurrent.Parallel(wires, func(start, end int) error {
		var product bn254.G2Jac
		for wire := start; wire < end; wire++ {
			var sum bn254.G2Jac
			for _, entry := range terms[wire] {
				product.FromAffine(&points[entry.row])
				scale(&product, &entry.value)
				sum.AddAssign(&product)
			}
			sums[wire].FromJacobian(&sum)
		}
		return nil
	})
	return sums, err
}

// small gives a scalar as a sign and 64 bits where it is one: most coefficients of a circuit are.
func small(scalar *fr.Element) (magnitude uint64, negative, fits bool) {
	if scalar.IsUint64() {
		return scalar.Uint64(), false, true
	}
	var opposite fr.Element
	if opposite.Neg(scalar); opposite.IsUint64() {
		return opposite.Uint64(), true, true
	}
	return 0, false, false
}

// jacobian is what the two groups' points have in common.
type jacobian[P any] interface {
	*P
	AddAssign(*P) *P
	DoubleAssign() *P
	Neg(*P) *P
	ScalarMultiplication(*P, *big.Int) *P
}

func scale[P any, J jacobian[P]](point J, scalar *fr.Element) {
	magnitude, negative, fits := small(scalar)
	if !fits {
		point.ScalarMultiplication(point, scalar.BigInt(new(big.Int)))
		return
	}
	if magnitude != 1 {
		base := *point
		var infinity P
		*point = infinity
		for bit := 63; bit >= 0; bit-- {
			point.DoubleAssign()
			if magnitude>>bit&1 == 1 {
				point.AddAssign(&base)
			}
		}
	}
	if negative {
		point.Neg(point)
	}
}

// hash is snarkjs's circuit hash: over the whole key before any contribution.
func (of *circuit) hash(tau *powers, points *verifyingPoints, made *initialKey) ([64]byte, error) {
	var digest [64]byte
	into, err := blake2b.New512(nil)
	if err != nil {
		return digest, err
	}
	hashG1(into, points.alpha1, points.beta1)
	hashG2(into, points.beta2, points.gamma2)
	hashG1(into, points.delta1)
	hashG2(into, points.delta2)
	public := of.publicSignals + 1
	hashList(into, made.k[:public])
	if err := of.hashDifferences(into, tau); err != nil {
		return digest, err
	}
	hashList(into, made.k[public:])
	hashList(into, made.a)
	hashList(into, made.b1)
	hashCount(into, len(made.b2))
	hashG2(into, made.b2...)
	copy(digest[:], into.Sum(nil))
	return digest, nil
}

func hashCount(into hash.Hash, count int) {
	into.Write(binary.BigEndian.AppendUint32(nil, uint32(count)))
}

func hashList(into hash.Hash, points []bn254.G1Affine) {
	hashCount(into, len(points))
	hashG1(into, points...)
}

// hashDifferences hashes τ^(n+i) − τ^i. snarkjs takes them in chunks of 2^14 and rounds the last one up,
// which is one more for a larger domain.
func (of *circuit) hashDifferences(into hash.Hash, tau *powers) error {
	size := of.domainSize()
	hashCount(into, size-1)
	count := size - 1
	if of.power > 14 {
		count = size
	}
	low, err := tau.g1(powersTauG1, 0, count)
	if err != nil {
		return err
	}
	high, err := tau.g1(powersTauG1, size, count)
	if err != nil {
		return err
	}
	differences := make([]bn254.G1Jac, count)
	err = concurrent.Parallel(count, func(start, end int) error {
		for index := start; index < end; index++ {
			var negative bn254.G1Affine
			negative.Neg(&low[index])
			differences[index].FromAffine(&high[index])
			differences[index].AddMixed(&negative)
		}
		return nil
	})
	if err != nil {
		return err
	}
	hashG1(into, bn254.BatchJacobianToAffineG1(differences)...)
	return nil
}
