// SPDX-License-Identifier: GPL-3.0-or-later

//! snarkjs's files in arkworks's types. Coordinates and factors stand in Montgomery form, as arkworks has them.

use ark_bn254::{Bn254, Fq, Fq2, Fr, G1Affine, G2Affine};
use ark_ff::{BigInt, PrimeField};
use ark_groth16::{ProvingKey, VerifyingKey};
use ark_relations::r1cs::ConstraintMatrices;

use crate::Failure;

const FIELD_BYTES: usize = 32;
const G1_BYTES: usize = 2 * FIELD_BYTES;
const G2_BYTES: usize = 2 * G1_BYTES;
const COEFFICIENT_BYTES: usize = 12 + FIELD_BYTES;

pub struct Zkey {
    pub key: ProvingKey<Bn254>,
    /// A and B, the rows of the public signals among them: one for every element of the domain.
    pub matrices: ConstraintMatrices<Fr>,
}

/// What is left of a file or a section.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Failure> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("the file ends early")?;
        self.0 = rest;
        Ok(taken)
    }

    fn word(&mut self) -> Result<usize, Failure> {
        Ok(u32::from_le_bytes(self.take(4)?.try_into()?) as usize)
    }
}

fn limbs(bytes: &[u8]) -> BigInt<4> {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
    }
    BigInt::new(words)
}

fn fq(bytes: &[u8]) -> Fq {
    Fq::new_unchecked(limbs(bytes))
}

fn g1(bytes: &[u8]) -> G1Affine {
    if bytes.iter().all(|byte| *byte == 0) {
        return G1Affine::identity();
    }
    G1Affine::new_unchecked(fq(bytes), fq(&bytes[FIELD_BYTES..]))
}

fn g2(bytes: &[u8]) -> G2Affine {
    if bytes.iter().all(|byte| *byte == 0) {
        return G2Affine::identity();
    }
    let pair = |bytes: &[u8]| Fq2::new(fq(bytes), fq(&bytes[FIELD_BYTES..]));
    G2Affine::new_unchecked(pair(bytes), pair(&bytes[G1_BYTES..]))
}

fn all_g1(bytes: &[u8]) -> Vec<G1Affine> {
    bytes.chunks_exact(G1_BYTES).map(g1).collect()
}

/// The sections of a file of iden3's format, by their numbers.
fn sections<'a>(file: &'a [u8], magic: &[u8; 4]) -> Result<Vec<&'a [u8]>, Failure> {
    let mut rest = Rest(file);
    if rest.take(4)? != magic {
        return Err("the file is of another kind".into());
    }
    let _version = rest.word()?;
    let mut found = vec![&file[..0]; 16];
    for _ in 0..rest.word()? {
        let kind = rest.word()?;
        let length = u64::from_le_bytes(rest.take(8)?.try_into()?) as usize;
        *found.get_mut(kind).ok_or("the file has a section too many")? = rest.take(length)?;
    }
    Ok(found)
}

pub fn read(file: &[u8]) -> Result<Zkey, Failure> {
    let sections = sections(file, b"zkey")?;
    let mut header = Rest(sections[2]);
    header.take(2 * (4 + FIELD_BYTES))?;
    let (wires, public, domain) = (header.word()?, header.word()?, header.word()?);
    let alpha_g1 = g1(header.take(G1_BYTES)?);
    let beta_g1 = g1(header.take(G1_BYTES)?);
    let beta_g2 = g2(header.take(G2_BYTES)?);
    let gamma_g2 = g2(header.take(G2_BYTES)?);
    let delta_g1 = g1(header.take(G1_BYTES)?);
    let delta_g2 = g2(header.take(G2_BYTES)?);

    let mut rows = [vec![Vec::new(); domain], vec![Vec::new(); domain]];
    for entry in sections[4].get(4..).ok_or("the file ends early")?.chunks_exact(COEFFICIENT_BYTES) {
        let mut entry = Rest(entry);
        let (matrix, row, wire) = (entry.word()?, entry.word()?, entry.word()?);
        // Twice in Montgomery form.
        let twice = Fr::new_unchecked(limbs(entry.0));
        rows[matrix][row].push((Fr::new_unchecked(twice.into_bigint()), wire));
    }
    let [a, b] = rows;
    let terms = |rows: &[Vec<(Fr, usize)>]| rows.iter().map(Vec::len).sum();
    let matrices = ConstraintMatrices {
        num_instance_variables: public + 1,
        num_witness_variables: wires - public - 1,
        num_constraints: domain,
        a_num_non_zero: terms(&a),
        b_num_non_zero: terms(&b),
        c_num_non_zero: 0,
        a,
        b,
        c: Vec::new(),
    };
    let key = ProvingKey {
        vk: VerifyingKey { alpha_g1, beta_g2, gamma_g2, delta_g2, gamma_abc_g1: all_g1(sections[3]) },
        beta_g1,
        delta_g1,
        a_query: all_g1(sections[5]),
        b_g1_query: all_g1(sections[6]),
        b_g2_query: sections[7].chunks_exact(G2_BYTES).map(g2).collect(),
        h_query: all_g1(sections[9]),
        l_query: all_g1(sections[8]),
    };
    Ok(Zkey { key, matrices })
}

/// The values of a `.wtns`, which stand there as plain numbers.
pub fn read_witness(file: &[u8]) -> Result<Vec<Fr>, Failure> {
    let values = sections(file, b"wtns")?[2].chunks_exact(FIELD_BYTES);
    values
        .map(|bytes| Fr::from_bigint(limbs(bytes)).ok_or_else(|| "a value is not reduced".into()))
        .collect()
}
