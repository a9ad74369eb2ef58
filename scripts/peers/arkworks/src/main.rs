// SPDX-License-Identifier: GPL-3.0-or-later

//! arkworks behind the protocol of scripts/peers/README.md, for comparisons only. It trusts the files, which the
//! benchmark has made.

mod zkey;

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::time::{SystemTime, UNIX_EPOCH};

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ff::{BigInteger, PrimeField};
use ark_groth16::{r1cs_to_qap::R1CSToQAP, Groth16, PreparedVerifyingKey};
use ark_poly::EvaluationDomain;
use ark_relations::r1cs::{ConstraintMatrices, ConstraintSystemRef, Result as R1csResult};
use ark_std::rand::{rngs::StdRng, SeedableRng};
use ark_std::UniformRand;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

const DIGEST_BYTES: usize = 32;
const LOAD: u8 = 1;
const PROVE: u8 = 2;
const DONE: u8 = 0;
const FAILED: u8 = 1;

type Failure = Box<dyn std::error::Error>;

/// The quotient as snarkjs's H wants it: A·B − C over the odd half of the doubled domain.
struct SnarkjsQuotient;

impl R1CSToQAP for SnarkjsQuotient {
    fn instance_map_with_evaluation<F: PrimeField, D: EvaluationDomain<F>>(
        _: ConstraintSystemRef<F>,
        _: &F,
    ) -> R1csResult<(Vec<F>, Vec<F>, Vec<F>, F, usize, usize)> {
        unimplemented!("keys come from .zkey files")
    }

    fn witness_map_from_matrices<F: PrimeField, D: EvaluationDomain<F>>(
        matrices: &ConstraintMatrices<F>,
        _: usize,
        rows: usize,
        values: &[F],
    ) -> R1csResult<Vec<F>> {
        let dot = |row: &[(F, usize)]| -> F {
            row.iter().map(|(factor, wire)| *factor * values[*wire]).sum()
        };
        let domain = D::new(rows).expect("a domain of the field");
        let mut a: Vec<F> = matrices.a.par_iter().map(|row| dot(row)).collect();
        let mut b: Vec<F> = matrices.b.par_iter().map(|row| dot(row)).collect();
        let mut c: Vec<F> = a.par_iter().zip(&b).map(|(a, b)| *a * b).collect();
        let shift = D::new(2 * rows).expect("a domain of the field").element(1);
        for values in [&mut a, &mut b, &mut c] {
            domain.ifft_in_place(values);
            D::distribute_powers_and_mul_by_const(values, shift, F::one());
            domain.fft_in_place(values);
        }
        a.par_iter_mut()
            .zip(&b)
            .zip(&c)
            .for_each(|((a, b), c)| *a = *a * b - c);
        Ok(a)
    }

    fn h_query_scalars<F: PrimeField, D: EvaluationDomain<F>>(
        _: usize,
        _: F,
        _: F,
        _: F,
    ) -> R1csResult<Vec<F>> {
        unimplemented!("keys come from .zkey files")
    }
}

struct Key {
    file: zkey::Zkey,
    prepared: PreparedVerifyingKey<Bn254>,
}

fn load(payload: &[u8], keys: &mut HashMap<Vec<u8>, Key>) -> Result<Vec<u8>, Failure> {
    let (digest, paths) = payload.split_at_checked(DIGEST_BYTES).ok_or("the frame is too short")?;
    if !keys.contains_key(digest) {
        let paths = std::str::from_utf8(paths)?;
        let bytes = std::fs::read(paths.lines().next().ok_or("no path was given")?)?;
        if Sha256::digest(&bytes).as_slice() != digest {
            return Err("the key is not the one that is listed".into());
        }
        let file = zkey::read(&bytes)?;
        let prepared = ark_groth16::prepare_verifying_key(&file.key.vk);
        keys.insert(digest.to_vec(), Key { file, prepared });
    }
    Ok(Vec::new())
}

fn prove(payload: &[u8], keys: &HashMap<Vec<u8>, Key>) -> Result<Vec<u8>, Failure> {
    let (digest, wtns) = payload.split_at_checked(DIGEST_BYTES).ok_or("the frame is too short")?;
    let Key { file, prepared } = keys.get(digest).ok_or("the key is not loaded")?;
    let values = zkey::read_witness(wtns)?;
    // A benchmark's proofs hide nothing from anybody.
    let seed = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos() as u64;
    let mut random = StdRng::seed_from_u64(seed);
    let (r, s) = (Fr::rand(&mut random), Fr::rand(&mut random));
    let inputs = file.matrices.num_instance_variables;
    let proof = Groth16::<Bn254, SnarkjsQuotient>::create_proof_with_reduction_and_matrices(
        &file.key,
        r,
        s,
        &file.matrices,
        inputs,
        file.matrices.num_constraints,
        &values,
    )?;
    let public = &values[1..inputs];
    if !Groth16::<Bn254>::verify_proof(prepared, &proof, public)? {
        return Err("the proof does not verify".into());
    }
    Ok(encode(&proof.a, &proof.b, &proof.c, public))
}

/// Big-endian numbers, the real part of an extension element first, then the public signals.
fn encode(a: &G1Affine, b: &G2Affine, c: &G1Affine, public: &[Fr]) -> Vec<u8> {
    let coordinates = [a.x, a.y, b.x.c0, b.x.c1, b.y.c0, b.y.c1, c.x, c.y];
    let points = coordinates.iter().flat_map(|value| value.into_bigint().to_bytes_be());
    let signals = public.iter().flat_map(|value| value.into_bigint().to_bytes_be());
    points.chain(signals).collect()
}

fn main() -> io::Result<()> {
    let (mut from, mut to) = (io::stdin().lock(), io::stdout().lock());
    let mut keys = HashMap::new();
    loop {
        let mut length = [0; 4];
        match from.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            read => read?,
        }
        let mut frame = vec![0; u32::from_le_bytes(length) as usize];
        from.read_exact(&mut frame)?;
        let answer = match frame.split_first() {
            Some((&LOAD, payload)) => load(payload, &mut keys),
            Some((&PROVE, payload)) => prove(payload, &keys),
            _ => Err("there is no such operation".into()),
        };
        let (status, payload) = match answer {
            Ok(payload) => (DONE, payload),
            Err(error) => (FAILED, format!("BACKEND_FAILED\n{error}").into_bytes()),
        };
        to.write_all(&(payload.len() as u32 + 1).to_le_bytes())?;
        to.write_all(&[status])?;
        to.write_all(&payload)?;
        to.flush()?;
    }
}
