// SPDX-License-Identifier: GPL-3.0-or-later

package poseidon

import (
	"bytes"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bn254/fr"

	"plimsoll/native/internal/field"
)

// plainly is the permutation as the paper writes it.
func (r *reference) plainly(inputs []fr.Element) fr.Element {
	state := append(make([]fr.Element, 1), inputs...)
	half, partial := fullRounds/2, len(r.rounds)-fullRounds
	for round, constants := range r.rounds {
		for index := range state {
			state[index].Add(&state[index], &constants[index])
			if index == 0 || round < half || round >= half+partial {
				var square fr.Element
				square.Square(&state[index])
				square.Square(&square)
				state[index].Mul(&state[index], &square)
			}
		}
		next := make([]fr.Element, len(state))
		var term fr.Element
		for row := range next {
			for column := range state {
				term.Mul(&r.mix[row][column], &state[column])
				next[row].Add(&next[row], &term)
			}
		}
		state = next
	}
	return state[0]
}

func little(value fr.Element) []byte {
	written := value.Bytes()
	slices.Reverse(written[:])
	return written[:]
}

// From circomlibjs's own tests.
func TestKnownHashes(t *testing.T) {
	for wanted, inputs := range map[string][]uint64{
		"7853200120776062878684798364095072458815029376092732009249414926327459813530":  {1, 2},
		"18821383157269793795438455681495246036402687001665670618754263018637548127333": {1, 2, 3, 4},
	} {
		elements := make([]fr.Element, len(inputs))
		for index := range inputs {
			elements[index].SetUint64(inputs[index])
		}
		if found := newReference(len(inputs)).plainly(elements); found.String() != wanted {
			t.Errorf("%v: got %s", inputs, found.String())
		}
	}
}

func TestColumnsHashAsThePaperDoes(t *testing.T) {
	for words := 1; words < MostInputs; words++ {
		source := newReference(words + 1)
		const count = together + 3
		first := *new(fr.Element).SetUint64(uint64(words) + 5<<32)
		var rows, wanted []byte
		for row := range count {
			inputs := []fr.Element{first}
			for word := range words {
				var value fr.Element
				switch (row + word) % 3 {
				case 0:
					value.SetInt64(int64(row) - 2)
				default:
					value.MustSetRandom()
				}
				inputs = append(inputs, value)
				rows = append(rows, little(value)...)
			}
			if row%64 < 3 {
				wanted = append(wanted, little(source.plainly(inputs))...)
			} else {
				wanted = append(wanted, make([]byte, field.FieldBytes)...)
			}
		}
		found, err := HashRows(first, words, rows)
		if err != nil {
			t.Fatal(err)
		}
		for row := range count {
			at := row * field.FieldBytes
			if row%64 < 3 && !bytes.Equal(found[at:at+field.FieldBytes], wanted[at:at+field.FieldBytes]) {
				t.Fatalf("%d words, row %d: another hash than the reference's", words, row)
			}
		}
	}
}

func TestRowsOutOfRangeAreRefused(t *testing.T) {
	one := fr.One()
	for name, attempt := range map[string]struct {
		words int
		rows  []byte
	}{
		"no words":      {0, nil},
		"too many":      {MostInputs, make([]byte, MostInputs*field.FieldBytes)},
		"part of a row": {2, make([]byte, 3*field.FieldBytes)},
		"not canonical": {1, bytes.Repeat([]byte{0xff}, field.FieldBytes)},
	} {
		if _, err := HashRows(one, attempt.words, attempt.rows); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func BenchmarkPages(b *testing.B)  { benchmark(b, 8) }
func BenchmarkLeaves(b *testing.B) { benchmark(b, 6) }
func BenchmarkNodes(b *testing.B)  { benchmark(b, 4) }

func benchmark(b *testing.B, words int) {
	const rows = 16 * together
	input := make([]byte, rows*words*field.FieldBytes)
	for index := range input {
		if index%field.FieldBytes < 31 {
			input[index] = byte(index * 7)
		}
	}
	b.ReportMetric(0, "ns/op")
	for range b.N {
		if _, err := HashRows(fr.One(), words, input); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/rows, "µs/row")
}
