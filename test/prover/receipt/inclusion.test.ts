// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a session of real proofs.
import { beforeAll, describe, expect, it } from 'vitest';

import { formatProof, type ProofFile } from '../../../prover/proving/formats/proof-file.ts';
import { judgeReceipt, type Judgement } from '../../../prover/receipt/browser.ts';
import { PAGE_STATEMENTS, localKeyDocument } from '../../../prover/receipt/local-keys.ts';
import { formatUsd, instrumentName } from '../../../prover/model/format.ts';
import { formatInclusion } from '../../../prover/venue/session/inclusion-document.ts';
import { worstShortfall } from '../../../prover/venue/session/closed-shortfalls.ts';
import type { StatementSignals } from '../../../prover/statements/generated/public-signals.ts';
import {
  PHANTOM_LONG,
  provenSession,
  SMALL_SESSION,
  type ProvenSession,
} from '../../support/solvency-session.ts';

const ACCOUNT = 2;
const account = SMALL_SESSION[ACCOUNT]!;
const keys = localKeyDocument(PAGE_STATEMENTS);
let session: ProvenSession;
let proofs: readonly ProofFile[];
let close: ProofFile;

beforeAll(async () => {
  session = await provenSession(SMALL_SESSION);
  proofs = [...session.files.values()];
  close = session.files.get('close')!;
}, 600_000);

const written = (shown: readonly ProofFile[]): string =>
  formatInclusion(session.ledger.open(ACCOUNT), shown);
const judge = (receipt: string, trusted = keys): Promise<Judgement> =>
  judgeReceipt({ receipt, keys: trusted });

describe('an inclusion receipt, offline', () => {
  it('with a whole session says that the account was in it, with what balances and positions', async () => {
    const { verdict, code, sentence, figures, notChecked, isDevelopment } = await judge(
      written(proofs),
    );
    expect({ verdict, code, isDevelopment }).toEqual({
      verdict: 'holds',
      code: 'CHAIN_NOT_ASKED',
      isDevelopment: true,
    });
    expect(sentence).toMatch(
      /^All 10 proofs of a session hold, and it is whole: account 2 of 0x[0-9a-fA-F]{40} was in it/,
    );
    const value = (name: string) => figures.find((figure) => figure.name === name)?.value;
    expect(value('USDC')).toBe(formatUsd(account.quoteE6, 6));
    expect(value('ledger root')).toBe(String(session.ledger.root));
    for (const { instrument, lots } of account.positions) {
      expect(Number(value(instrumentName(instrument))!.replaceAll(',', ''))).toBe(
        Number(lots) / 100,
      );
    }
    const { shortfallE6 } = worstShortfall(
      close.publicSignals as StatementSignals['solvency-close'],
    );
    expect(figures.at(-1)!.value).toBe(`${formatUsd(shortfallE6, 6)} USD`);
    expect(notChecked).toHaveLength(4);
    expect(notChecked.join()).toMatch(/whether the venue ever had this ledger/);
  });

  it('with the close alone says what that leaves open, and of version 1 that it shows no session', async () => {
    const alone = await judge(written([close]));
    expect(alone).toMatchObject({ verdict: 'holds', code: 'SESSION_NOT_WHOLE' });
    expect(alone.sentence).toMatch(/^The close of a session holds/);
    expect(alone.notChecked.join()).toMatch(/the proofs that the close rests on/);
    const { proofs: _, ...first } = JSON.parse(written([close])) as Record<string, unknown>;
    const none = await judge(JSON.stringify({ ...first, version: 1 }));
    expect(none).toMatchObject({ verdict: 'holds', code: 'SESSION_NOT_SHOWN' });
    expect(none.notChecked.join()).toMatch(/whether a session about this ledger was proven/);
    expect(none.sentence).not.toContain('hold');
  });

  it('is not believed where a balance, a position, a total, a batch or the ledger is another', async () => {
    const refused = async (receipt: string): Promise<readonly string[]> => {
      const { verdict, code, figures } = await judge(receipt);
      expect(figures).toEqual([]);
      return [verdict, code];
    };
    const whole = written(proofs);
    const other = (_: string, field: string, sign: string, digit: string): string =>
      `"${field}":"${sign}${digit === '8' ? '7' : '8'}`;
    const balance = whole.replace(/"(USDC)":"(-?)(\d)/, other);
    const lots = whole.replace(/"(lots)":"(-?)(\d)/, other);
    for (const changed of [balance, lots]) {
      expect(changed).not.toBe(whole);
      expect(await refused(changed)).toEqual(['invalid', 'INVALID_INPUT']);
    }
    const signals = close.publicSignals as StatementSignals['solvency-close'];
    const richer = {
      ...close,
      publicSignals: { ...signals, deficitE6: signals.deficitE6 - 1n },
    } as ProofFile;
    expect(await refused(written([richer]))).toEqual(['invalid', 'PROOF_INVALID']);
    expect(await refused(written([...proofs.slice(0, -1), richer]))).toEqual([
      'invalid',
      'PROOF_INVALID',
    ]);
    const without = proofs.filter((proof) => proof !== session.files.get('batch-001'));
    expect(await refused(written(without))).toEqual(['invalid', 'SESSION_REFUSED']);
    // A close that holds, of a venue with other positions.
    const elsewhere = (await provenSession(PHANTOM_LONG)).files.get('close')!;
    expect(await refused(written([elsewhere]))).toEqual(['invalid', 'LEDGER_MISMATCH']);
    expect(await refused(written(proofs.slice(0, 2)))).toEqual(['unreadable', 'INVALID_INPUT']);
  });

  it('is not believed under keys that are not trusted, and names each proof that is none', async () => {
    expect(await judge(written(proofs), localKeyDocument())).toMatchObject({
      verdict: 'invalid',
      code: 'KEY_UNKNOWN',
    });
    const torn = written(proofs).replace(
      JSON.stringify(JSON.parse(formatProof(proofs[1]!))),
      '{"format":"plimsoll-proof"}',
    );
    const { verdict, sentence } = await judge(torn);
    expect(verdict).toBe('unreadable');
    expect(sentence).toContain('version');
  });
});
