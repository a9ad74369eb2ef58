// SPDX-License-Identifier: GPL-3.0-or-later
import { formatAddress, formatFixed, formatUsd, instrumentName } from '../model/format.ts';
import { COLLATERAL_SYMBOLS } from '../model/types.ts';
import { shortfallText, worstShortfall } from '../venue/session/closed-shortfalls.ts';
import type { Inclusion } from '../venue/session/inclusion-document.ts';
import { passSignalsOf, requireWholePass } from '../venue/session/whole-pass.ts';
import { keyOfProof, proofHolds } from './held-proof.ts';
import { requireFact } from './refusal.ts';
import { DEVELOPMENT_KEY, type Figure } from './sentence.ts';
import type { TrustedKey } from './verifying-keys.ts';

/** How much of a session an inclusion receipt shows. */
export type ShownSession = 'none' | 'close' | 'whole';

export interface CheckedInclusion {
  readonly shown: ShownSession;
  readonly sentence: string;
  readonly notChecked: readonly string[];
  readonly figures: readonly Figure[];
  readonly isDevelopment: boolean;
}

/** Throws `ReceiptRefused` where a proof does not hold or is about another ledger, `SessionRefused` where they make no session. */
export function checkInclusion(
  inclusion: Inclusion,
  trusted: readonly TrustedKey[],
): CheckedInclusion {
  const { index, account, ledgerRoot, proofs } = inclusion;
  const who = `account ${index} of ${formatAddress(account.owner)}`;
  const own: readonly Figure[] = [
    { name: 'ledger root', value: String(ledgerRoot) },
    { name: 'account', value: `${index} of ${formatAddress(account.owner)}` },
    { name: 'USDC', value: formatUsd(account.quoteE6, 6) },
    ...account.collateralE8.map((balanceE8, coin) => ({
      name: COLLATERAL_SYMBOLS[coin]!,
      value: formatFixed(balanceE8, 8),
    })),
    ...account.positions.map(({ instrument, lots }) => ({
      name: instrumentName(instrument),
      value: formatFixed(lots, 2),
    })),
  ];
  const ledgerUnchecked =
    'not checked: whether the venue ever had this ledger; compare its root with the one of the tick on the chain';
  if (proofs.length === 0) {
    return {
      shown: 'none',
      sentence: `The path leads from ${who}, with these balances and positions, to a ledger root; no session is shown.`,
      notChecked: [
        'not checked: whether a session about this ledger was proven; the file has no proof of one',
        ledgerUnchecked,
      ],
      figures: own,
      isDevelopment: false,
    };
  }
  const signals = passSignalsOf(proofs);
  const { close } = signals;
  const isWhole = proofs.length > 1;
  requireFact(
    close.ledgerRoot === ledgerRoot,
    'LEDGER_MISMATCH',
    'the session is about another ledger than the one that the account stands in',
  );
  if (isWhole) {
    const { snapshotHash, parameterHash } = close;
    requireWholePass(signals, { ledgerRoot, snapshotHash, parameterHash });
  }
  const keys = proofs.map((proof) => {
    const key = keyOfProof(proof, trusted, 'this page');
    const { statement } = proof;
    requireFact(
      proofHolds(proof, key),
      'PROOF_INVALID',
      `a proof of ${statement} does not hold under its key`,
    );
    return key;
  });
  const isDevelopment = keys.some(({ setup }) => setup === 'insecure-development');
  const worst = worstShortfall(close);
  const lead = isWhole
    ? `All ${proofs.length} proofs of a session hold, and it is whole: ${who} was in it`
    : `The close of a session holds, and is about the ledger in which ${who} stands`;
  return {
    shown: isWhole ? 'whole' : 'close',
    sentence: `${lead} with the balances and positions below.`,
    notChecked: [
      ...(isDevelopment ? [DEVELOPMENT_KEY] : []),
      ...(isWhole
        ? []
        : [
            'not checked: the proofs that the close rests on, which are not in the file; ask the venue’s register ' +
              'for the session, or `plimsoll solvency verify` with all of them',
          ]),
      ledgerUnchecked,
      'not checked: whether snapshot and parameters of the session are those of that tick',
      'not checked: what custody and the fund hold; the venue’s register compares them with these totals',
    ],
    figures: [
      ...own,
      { name: 'session', value: String(close.session) },
      { name: 'owed to all accounts, USDC', value: formatUsd(close.quoteE6, 6) },
      { name: 'accounts that may lack maintenance margin', value: String(close.uncovered) },
      { name: 'deficit of all accounts, at most', value: `${formatUsd(close.deficitE6, 6)} USD` },
      {
        name: `worst joint shortfall, at most (${shortfallText(worst)})`,
        value: `${formatUsd(worst.shortfallE6, 6)} USD`,
      },
    ],
    isDevelopment,
  };
}
