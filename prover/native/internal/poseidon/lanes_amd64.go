// SPDX-License-Identifier: GPL-3.0-or-later

package poseidon

import (
	"unsafe"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/concurrent"
	"plimsoll/native/internal/fault"
	"plimsoll/native/internal/field"
	"plimsoll/native/internal/lanes"
)

// The permutation in the arithmetic of package lanes. All that stands in a column is below 3 times the
// modulus: S-boxes leave less than 2, weighed sums with a constant less than 3, and multiples are added to
// columns that stay below 3.

const (
	batchBlocks = 16
	batchRows   = batchBlocks * lanes.Width
)

type lanePermutation struct {
	width int
	// before[r] are the constants of a full round, before[fullRounds/2] those of the first partial one.
	before  [fullRounds/2 + 1][]lanes.Constant
	after   [fullRounds / 2][]lanes.Constant
	partial []laneSparse
	// Row by row.
	leave, mix [][]lanes.Constant
}

type laneSparse struct {
	constant    lanes.Constant
	row, column []lanes.Constant
}

var (
	noConstant lanes.Constant
	// laneOne is 1 in the form of package lanes, plainOne the number.
	laneOne  = laneConstant(fr.One())
	plainOne = lanes.Constant{1}
)

// laneConstant brings an element into the form of package lanes.
func laneConstant(element fr.Element) lanes.Constant { return lanes.ConstantOf(lanes.ToForm(element)) }

func laneConstants(elements []fr.Element) []lanes.Constant {
	made := make([]lanes.Constant, len(elements))
	for index := range elements {
		made[index] = laneConstant(elements[index])
	}
	return made
}

func laneRows(of matrix) [][]lanes.Constant {
	made := make([][]lanes.Constant, len(of))
	for row := range of {
		made[row] = laneConstants(of[row])
	}
	return made
}

func newLanePermutation(p *permutation) *lanePermutation {
	made := lanePermutation{width: p.width, leave: laneRows(p.leave), mix: laneRows(p.mix)}
	for round := range p.before {
		made.before[round] = laneConstants(p.before[round])
		made.after[round] = laneConstants(p.after[round])
	}
	made.before[len(p.before)] = laneConstants(p.enter)
	for index := range p.partial {
		of := &p.partial[index]
		made.partial = append(made.partial, laneSparse{
			laneConstant(of.constant), laneConstants(of.row), laneConstants(of.column),
		})
	}
	return &made
}

// laneColumns are the state of a batch, column after column, and what the next one is made in.
type laneColumns struct {
	state, next []lanes.Block
}

func column(of []lanes.Block, index int) []lanes.Block {
	return of[index*batchBlocks : (index+1)*batchBlocks]
}

// addToColumn adds to a column: weighed by 1, it is reduced as well.
func addToColumn(values []lanes.Block, constant *lanes.Constant) {
	lanes.FrWeigh(values, values, []lanes.Constant{laneOne}, constant)
}

// fifth is the S-box; spare has as many blocks.
func fifth(values, spare []lanes.Block) {
	lanes.FrMultiply(spare, values, values)
	lanes.FrMultiply(spare, spare, spare)
	lanes.FrMultiply(values, values, spare)
}

// permute leaves in the first column what the permutation has there. The constants of the first round are in
// the state already: each sum carries those of the round after it.
func (p *lanePermutation) permute(c *laneColumns) {
	mix := func(constants []lanes.Constant) {
		for row := range p.mix {
			lanes.FrWeigh(column(c.next, row), c.state, p.mix[row], &constants[row])
		}
		c.state, c.next = c.next, c.state
	}
	for _, constants := range p.before[1:] {
		fifth(c.state, c.next)
		mix(constants)
	}
	head, spare := column(c.state, 0), column(c.next, 0)
	for round := range p.partial {
		of := &p.partial[round]
		fifth(head, spare)
		addToColumn(head, &of.constant)
		lanes.FrWeigh(spare, c.state, of.row, &noConstant)
		for index := range of.column {
			lanes.FrAddMultiple(column(c.state, index+1), head, &of.column[index])
		}
		copy(head, spare)
	}
	rest := c.state[batchBlocks:]
	for row := range p.leave {
		lanes.FrWeigh(column(c.next, row+1), rest, p.leave[row], &p.after[0][row+1])
	}
	copy(spare, head)
	addToColumn(spare, &p.after[0][0])
	c.state, c.next = c.next, c.state
	for _, constants := range p.after[1:] {
		fifth(c.state, c.next)
		mix(constants)
	}
	fifth(c.state, c.next)
	// Nothing but the first element is asked for.
	lanes.FrWeigh(column(c.next, 0), c.state, p.mix[0], &noConstant)
	c.state, c.next = c.next, c.state
}

// hashInLanes is HashRows for rows of the right size, written into hashes.
func (p *permutation) hashInLanes(first fr.Element, words int, rows, hashes []byte) error {
	own := p.inLanes
	bytes := words * field.FieldBytes
	count := len(rows) / bytes
	return concurrent.Parallel((count+batchRows-1)/batchRows, func(start, end int) error {
		size := own.width * batchBlocks
		work := &laneColumns{make([]lanes.Block, size), make([]lanes.Block, size)}
		padded, made := make([]byte, batchRows*bytes), make([]byte, batchRows*field.FieldBytes)
		shared := laneConstant(first)
		for batch := start; batch < end; batch++ {
			from, to := batch*batchRows, min((batch+1)*batchRows, count)
			part := rows[from*bytes : to*bytes]
			for at := 0; at < len(part); at += field.FieldBytes {
				if !field.Below(field.Limbs(part[at:]), field.FrModulus) {
					return fault.New("HASH_RANGE", field.ErrNotCanonical)
				}
			}
			if len(part) < len(padded) {
				clear(padded[copy(padded, part):])
				part = padded
			}
			work.load(own, &shared, words, part)
			own.permute(work)
			work.store(made)
			copy(hashes[from*field.FieldBytes:to*field.FieldBytes], made)
		}
		return nil
	})
}

// toLanes times a plain number, as package lanes multiplies, is that number in its form: the words of
// 2^256 in the library's form are 2^512, and it has to be 2^520.
var toLanes = laneConstant(
	*new(fr.Element).Mul(&field.MontgomeryFactor, new(fr.Element).SetUint64(1<<lanes.RadixShift)),
)

func (c *laneColumns) load(p *lanePermutation, first *lanes.Constant, words int, rows []byte) {
	head := column(c.state, 0)
	clear(head)
	addToColumn(head, &p.before[0][0])
	shared := column(c.state, 1)
	for block := range shared {
		for limb := range first {
			for lane := range lanes.Width {
				shared[block][limb][lane] = first[limb]
			}
		}
	}
	addToColumn(shared, &p.before[0][1])
	for word := range words {
		own := column(c.state, word+2)
		lanes.FrLoad(own, unsafe.Pointer(&rows[word*field.FieldBytes]), uintptr(words*field.FieldBytes))
		lanes.FrWeigh(own, own, []lanes.Constant{toLanes}, &p.before[0][word+2])
	}
}

func (c *laneColumns) store(hashes []byte) {
	head := column(c.state, 0)
	lanes.FrWeigh(head, head, []lanes.Constant{plainOne}, &noConstant)
	lanes.FrStore(head, unsafe.Pointer(&hashes[0]), field.FieldBytes)
}
