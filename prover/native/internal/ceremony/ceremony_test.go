// SPDX-License-Identifier: GPL-3.0-or-later

package ceremony

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plimsoll/native/internal/fixture"
)

// transcript is a whole one on the smallest circuit: powers of a known trapdoor, a key, two contributions and
// a beacon.
type transcript struct {
	t                 *testing.T
	folder            string
	powers, circuit   string
	initial, finished string
}

func (of *transcript) path(name string) string { return filepath.Join(of.folder, name) }

func (of *transcript) run(asked request) (map[string]any, error) {
	of.t.Helper()
	body, err := json.Marshal(asked)
	if err != nil {
		of.t.Fatal(err)
	}
	var out strings.Builder
	if err := Run(strings.NewReader(string(body)), &out, func() {}); err != nil {
		return nil, err
	}
	answer := map[string]any{}
	return answer, json.Unmarshal([]byte(out.String()), &answer)
}

func (of *transcript) must(asked request) map[string]any {
	of.t.Helper()
	answer, err := of.run(asked)
	if err != nil {
		of.t.Fatal(err)
	}
	return answer
}

func (of *transcript) verify(key string) error {
	_, err := of.run(request{Operation: "verify", Powers: of.powers, Circuit: of.circuit, Key: key})
	return err
}

func newTranscript(t *testing.T) *transcript {
	of := &transcript{t: t, folder: t.TempDir()}
	of.powers, of.circuit = of.path("KNOWN-TRAPDOOR.ptau"), of.path("tiny.r1cs")
	if err := os.WriteFile(of.circuit, fixture.Read(t, fixture.TinyR1cs), 0o600); err != nil {
		t.Fatal(err)
	}
	of.must(request{Operation: "known-powers", Seed: "go test", Power: 5, Out: of.powers})
	of.initial, of.finished = of.path("0.zkey"), of.path("3.zkey")
	of.must(request{Operation: "initial", Powers: of.powers, Circuit: of.circuit, Out: of.initial})
	of.must(request{Operation: "contribute", Key: of.initial, Name: "first", Entropy: "a", Out: of.path("1.zkey")})
	of.must(request{Operation: "contribute", Key: of.path("1.zkey"), Name: "second", Entropy: "b", Out: of.path("2.zkey")})
	of.must(request{
		Operation: "contribute", Key: of.path("2.zkey"), Name: "beacon", Beacon: "00ff", Iterations: 4, Out: of.finished,
	})
	return of
}

func TestTranscriptIsAccepted(t *testing.T) {
	of := newTranscript(t)
	of.must(request{Operation: "check-powers", Powers: of.powers})
	for _, key := range []string{of.initial, of.path("1.zkey"), of.finished} {
		if err := of.verify(key); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// changed writes a copy of a file with one byte of a section changed.
func (of *transcript) changed(path, magic string, kind uint32, offset int64) string {
	of.t.Helper()
	from, err := openFile(path, magic)
	if err != nil {
		of.t.Fatal(err)
	}
	place := from.sections[kind].start + offset
	from.Close()
	bytes, err := os.ReadFile(path)
	if err != nil {
		of.t.Fatal(err)
	}
	bytes[place] ^= 1
	copied := of.path("changed")
	if err := os.WriteFile(copied, bytes, 0o600); err != nil {
		of.t.Fatal(err)
	}
	return copied
}

// swapped writes a copy with two neighbouring points of a section in the other order: all are lawful points.
func (of *transcript) swapped(path, magic string, kind uint32, stride, first int64) string {
	of.t.Helper()
	from, err := openFile(path, magic)
	if err != nil {
		of.t.Fatal(err)
	}
	start := from.sections[kind].start + first*stride
	from.Close()
	bytes, err := os.ReadFile(path)
	if err != nil {
		of.t.Fatal(err)
	}
	left := append([]byte(nil), bytes[start:start+stride]...)
	copy(bytes[start:], bytes[start+stride:start+2*stride])
	copy(bytes[start+stride:], left)
	copied := of.path("swapped")
	if err := os.WriteFile(copied, bytes, 0o600); err != nil {
		of.t.Fatal(err)
	}
	return copied
}

func TestPowersOfAnotherStructureAreRefused(t *testing.T) {
	of := newTranscript(t)
	for name, list := range map[string]struct {
		kind          uint32
		stride, first int64
		expected      string
	}{
		"tau in G1":       {powersTauG1, g1Bytes, 3, "of one tau"},
		"tau in G2":       {powersTauG2, g2Bytes, 3, "G2 are not those"},
		"alpha":           {powersAlphaG1, g1Bytes, 2, "powers of alpha"},
		"beta":            {powersBetaG1, g1Bytes, 2, "powers of beta"},
		"Lagrange":        {lagrangeTauG1, g1Bytes, 40, "section 12"},
		"Lagrange in G2":  {lagrangeTauG2, g2Bytes, 33, "section 13"},
		"Lagrange, alpha": {lagrangeAlphaG1, g1Bytes, 8, "section 14"},
		"Lagrange, beta":  {lagrangeBetaG1, g1Bytes, 17, "section 15"},
	} {
		wrong := of.swapped(of.powers, "ptau", list.kind, list.stride, list.first)
		_, err := of.run(request{Operation: "check-powers", Powers: wrong})
		if err == nil || !strings.Contains(err.Error(), list.expected) {
			t.Errorf("%s: expected %q, got %v", name, list.expected, err)
		}
	}
}

func TestPowersOfAnotherFormAreRefused(t *testing.T) {
	of := newTranscript(t)
	whole, err := os.ReadFile(of.powers)
	if err != nil {
		t.Fatal(err)
	}
	put := func(bytes []byte) string {
		path := of.path("other.ptau")
		if err := os.WriteFile(path, bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	edit := func(change func(bytes []byte)) []byte {
		bytes := append([]byte(nil), whole...)
		change(bytes)
		return bytes
	}
	header := int64(headerBytes + sectionBytes)
	unprepared := func(bytes []byte) {
		from, err := openFile(of.powers, "ptau")
		if err != nil {
			t.Fatal(err)
		}
		defer from.Close()
		bytes[from.sections[lagrangeTauG1].start-sectionBytes] = 40
	}
	for expected, bytes := range map[string][]byte{
		"truncated":               whole[:len(whole)/2],
		"not in the ptau format":  nil,
		"wrong curve":             edit(func(bytes []byte) { bytes[header+4] ^= 2 }),
		"wrong size":              edit(func(bytes []byte) { bytes[header+36] = 6 }),
		"not prepared":            edit(unprepared),
		"follow the last section": append(edit(func([]byte) {}), 0),
	} {
		_, err := of.run(request{Operation: "check-powers", Powers: put(bytes)})
		if err == nil || !strings.Contains(err.Error(), expected) {
			t.Errorf("expected %q, got %v", expected, err)
		}
	}
	off := of.changed(of.powers, "ptau", powersTauG1, 5*g1Bytes)
	if _, err := of.run(request{Operation: "check-powers", Powers: off}); err == nil ||
		!strings.Contains(err.Error(), "not on the curve") {
		t.Errorf("off the curve: %v", err)
	}
}

func TestKeysThatAreNotTheCircuitsAreRefused(t *testing.T) {
	of := newTranscript(t)
	for name, list := range map[string]struct {
		kind          uint32
		stride, first int64
		expected      string
	}{
		"A":  {keyA, g1Bytes, 1, "of A are not"},
		"B1": {keyB1, g1Bytes, 1, "of B1 are not"},
		"B2": {keyB2, g2Bytes, 1, "of B2 are not"},
		"IC": {keyIC, g1Bytes, 0, "of IC are not"},
		"C":  {keyC, g1Bytes, 0, "of C are not"},
		"H":  {keyH, g1Bytes, 0, "of H are not"},
	} {
		err := of.verify(of.swapped(of.finished, "zkey", list.kind, list.stride, list.first))
		if err == nil || !strings.Contains(err.Error(), list.expected) {
			t.Errorf("%s: expected %q, got %v", name, list.expected, err)
		}
	}
	if err := of.verify(of.changed(of.finished, "zkey", keyCoefficients, 12)); err == nil ||
		!strings.Contains(err.Error(), "coefficients") {
		t.Errorf("coefficients: %v", err)
	}
}

func TestHistoriesThatDoNotFollowAreRefused(t *testing.T) {
	of := newTranscript(t)
	record := int64(contributionPoints + 72)
	first := int64(68)
	second := first + record + 2 + int64(len("first"))
	third := second + record + 2 + int64(len("second"))
	for name, list := range map[string]struct {
		offset   int64
		expected string
	}{
		"circuit hash":          {0, "does not follow"},
		"transcript of the 2nd": {second + contributionPoints, "does not follow"},
		"beacon":                {third + record + 2 + 6 + 2 + 2, "not what its beacon gives"},
		"iterations":            {third + record + 2 + 6 + 1, "not what its beacon gives"},
	} {
		err := of.verify(of.changed(of.finished, "zkey", keyContributions, list.offset))
		if err == nil || !strings.Contains(err.Error(), list.expected) {
			t.Errorf("%s: expected %q, got %v", name, list.expected, err)
		}
	}
	// Two points of a contribution exchanged: each is lawful by itself.
	for place, expected := range map[int64]string{first: "does not follow", second: "does not follow"} {
		from, err := os.ReadFile(of.finished)
		if err != nil {
			t.Fatal(err)
		}
		table, err := openFile(of.finished, "zkey")
		if err != nil {
			t.Fatal(err)
		}
		start := table.sections[keyContributions].start + place + g1Bytes
		table.Close()
		left := append([]byte(nil), from[start:start+g1Bytes]...)
		copy(from[start:], from[start+g1Bytes:start+2*g1Bytes])
		copy(from[start+g1Bytes:], left)
		path := of.path("exchanged")
		if err := os.WriteFile(path, from, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := of.verify(path); err == nil || !strings.Contains(err.Error(), expected) {
			t.Errorf("exchanged points: expected %q, got %v", expected, err)
		}
	}
}

func TestAHistoryWithItsPastCutOffIsRefused(t *testing.T) {
	of := newTranscript(t)
	from, err := openKey(of.finished)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	from.contributions = from.contributions[1:]
	if err := from.checkHistory(); err == nil || !strings.Contains(err.Error(), "does not follow") {
		t.Errorf("got %v", err)
	}
}

func FuzzOpenKey(f *testing.F) {
	f.Add([]byte("zkey"))
	f.Fuzz(func(t *testing.T, bytes []byte) {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, bytes, 0o600); err != nil {
			t.Fatal(err)
		}
		if opened, err := openKey(path); err == nil {
			opened.Close()
		}
	})
}
