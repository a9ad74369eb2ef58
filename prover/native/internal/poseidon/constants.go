// SPDX-License-Identifier: GPL-3.0-or-later

package poseidon

import (
	"fmt"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"
)

const (
	fullRounds = 8
	// MostInputs is the widest permutation that circomlib defines, without its first element.
	MostInputs = 16
)

// partialRounds are those of the paper's table, rounded up as circomlib has them, by inputs.
var partialRounds = [MostInputs]int{56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68}

// grain is the generator by which the paper's reference script draws every constant.
type grain struct {
	state [80]byte
	at    int
}

func newGrain(width, full, partial int) *grain {
	var made grain
	bit := 0
	put := func(value uint64, bits int) {
		for shift := bits - 1; shift >= 0; shift-- {
			made.state[bit] = byte(value >> shift & 1)
			bit++
		}
	}
	put(1, 2) // a prime field
	put(0, 4) // the S-box x⁵
	put(fr.Bits, 12)
	put(uint64(width), 12)
	put(uint64(full), 10)
	put(uint64(partial), 10)
	put(1<<30-1, 30)
	for range 160 {
		made.next()
	}
	return &made
}

func (g *grain) next() byte {
	tap := func(offset int) byte { return g.state[(g.at+offset)%len(g.state)] }
	bit := tap(62) ^ tap(51) ^ tap(38) ^ tap(23) ^ tap(13) ^ tap(0)
	g.state[g.at] = bit
	g.at = (g.at + 1) % len(g.state)
	return bit
}

// number draws so many bits as the field has, each the second of a pair that begins with 1.
func (g *grain) number() *big.Int {
	value := new(big.Int)
	for range fr.Bits {
		for g.next() == 0 {
			g.next()
		}
		value.Lsh(value, 1)
		value.Or(value, big.NewInt(int64(g.next())))
	}
	return value
}

type matrix [][]fr.Element

func newMatrix(rows, columns int) matrix {
	made := make(matrix, rows)
	for row := range made {
		made[row] = make([]fr.Element, columns)
	}
	return made
}

func (m matrix) times(other matrix) matrix {
	product := newMatrix(len(m), len(other[0]))
	var term fr.Element
	for row := range m {
		for column := range other[0] {
			for index := range other {
				term.Mul(&m[row][index], &other[index][column])
				product[row][column].Add(&product[row][column], &term)
			}
		}
	}
	return product
}

// inverse is by Gauss and Jordan. Every square part of a Cauchy matrix has one, so that a pivot is
// always found.
func (m matrix) inverse() matrix {
	size := len(m)
	work := newMatrix(size, 2*size)
	for row := range m {
		copy(work[row], m[row])
		work[row][size+row].SetOne()
	}
	var factor, term fr.Element
	for column := range size {
		pivot := column
		for work[pivot][column].IsZero() {
			pivot++
		}
		work[column], work[pivot] = work[pivot], work[column]
		factor.Inverse(&work[column][column])
		for index := range work[column] {
			work[column][index].Mul(&work[column][index], &factor)
		}
		for row := range work {
			if row == column {
				continue
			}
			factor = work[row][column]
			for index := range work[row] {
				term.Mul(&factor, &work[column][index])
				work[row][index].Sub(&work[row][index], &term)
			}
		}
	}
	inverted := make(matrix, size)
	for row := range work {
		inverted[row] = work[row][size:]
	}
	return inverted
}

// reference are the constants as the paper has them: for each round a vector, and one matrix.
type reference struct {
	rounds [][]fr.Element
	mix    matrix
}

func newReference(inputs int) *reference {
	width, partial := inputs+1, partialRounds[inputs-1]
	random := newGrain(width, fullRounds, partial)
	made := reference{mix: newMatrix(width, width)}
	for range fullRounds + partial {
		round := make([]fr.Element, width)
		for index := range round {
			value := random.number()
			for value.Cmp(fr.Modulus()) >= 0 {
				value = random.number()
			}
			round[index].SetBigInt(value)
		}
		made.rounds = append(made.rounds, round)
	}
	// A Cauchy matrix: 1/(x + y).
	numbers := make([]fr.Element, 2*width)
	for index := range numbers {
		numbers[index].SetBigInt(random.number())
	}
	for row := range made.mix {
		for column := range made.mix[row] {
			entry := &made.mix[row][column]
			entry.Add(&numbers[row], &numbers[width+column])
			entry.Inverse(entry)
		}
	}
	return &made
}

// sparse is what is left of the matrix in a partial round: its first row and its first column.
type sparse struct {
	// What is added to the first element after its S-box.
	constant    fr.Element
	row, column []fr.Element
}

// permutation is the reference arranged for speed: the same function, because what the first
// element's S-box does not touch commutes with it (appendix B of the paper).
type permutation struct {
	width int
	// The constants of every full round, before the partial rounds and after them.
	before, after [fullRounds / 2][]fr.Element
	// Those of the first partial round, which the others' are moved into where they can be.
	enter   []fr.Element
	partial []sparse
	// What the partial rounds owe all elements but the first.
	leave matrix
	mix   matrix
	// The same for package lanes, where that is in use.
	inLanes *lanePermutation
}

func newPermutation(inputs int) (*permutation, error) {
	if inputs < 1 || inputs > MostInputs {
		return nil, fmt.Errorf("poseidon: takes 1 to %d inputs, got %d", MostInputs, inputs)
	}
	source := newReference(inputs)
	width, count := inputs+1, partialRounds[inputs-1]
	made := permutation{width: width, mix: source.mix, partial: make([]sparse, count)}
	half := fullRounds / 2
	copy(made.before[:], source.rounds[:half])
	copy(made.after[:], source.rounds[half+count:])

	// From the last partial round back: a round's constants are moved before the matrix of the round
	// ahead of it, where all but the first pass its S-box unchanged.
	inverse := source.mix.inverse()
	constants := source.rounds[half : half+count]
	moved := append([]fr.Element(nil), constants[count-1]...)
	var term fr.Element
	for round := count - 2; round >= 0; round-- {
		back := make([]fr.Element, width)
		for row := range back {
			for column := range moved {
				term.Mul(&inverse[row][column], &moved[column])
				back[row].Add(&back[row], &term)
			}
		}
		made.partial[round].constant = back[0]
		back[0].SetZero()
		for index := range back {
			back[index].Add(&back[index], &constants[round][index])
		}
		moved = back
	}
	made.enter = moved

	// The matrix of a round is a dense part of the other elements, handed to the round after, times a
	// sparse one, which stays.
	inner := newMatrix(inputs, inputs)
	first, column := newMatrix(1, inputs), newMatrix(inputs, 1)
	for row := range inputs {
		copy(inner[row], source.mix[row+1][1:])
		first[0][row] = source.mix[0][row+1]
		column[row][0] = source.mix[row+1][0]
	}
	innerInverse := inner.inverse()
	dense, denseInverse := inner, innerInverse
	for round := range made.partial {
		into := &made.partial[round]
		into.row = append([]fr.Element{source.mix[0][0]}, first[0]...)
		for _, entry := range denseInverse.times(column) {
			into.column = append(into.column, entry[0])
		}
		made.leave = dense
		first = newMatrix(1, inputs)
		copy(first[0], matrix{source.mix[0][1:]}.times(dense)[0])
		dense, denseInverse = inner.times(dense), denseInverse.times(innerInverse)
	}
	return &made, nil
}
