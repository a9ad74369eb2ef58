// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import {
  greeksOutput,
  levelsOutput,
  marginOutput,
  whatIfOutput,
} from '../../analysis/figures/figures-schema.ts';
import { derivationOutput } from '../../analysis/figures/derivation-schema.ts';
import { TREE_CAPACITY } from '../../commitments/widths.ts';
import { decimal } from '../../core/json-output.ts';
import { jsonSchemaOf } from '../../core/schema.ts';
import { documentOf } from '../../documents/document-shapes.ts';
import {
  anyAccountSchema,
  anyLedgerSchema,
  portfolioSchema,
} from '../../documents/ledger-document.ts';
import { anySnapshotSchema } from '../../documents/snapshot-document.ts';
import { LIQUIDATION_STAGES } from '../chain/chain-view.ts';
import { ACCOUNT_STATES } from '../margin/account-state.ts';
import { whatIfBody } from '../questions/question.ts';

export const state = z.enum(ACCOUNT_STATES);

export const errorReply = z.object({
  code: z.string(),
  message: z.string(),
  field: z.string().optional(),
  held: z
    .object({ sequence: z.int(), root: decimal, accounts: z.int() })
    .optional()
    .describe('the ledger that is held, where an update was refused'),
});

// Written once in the description, under its name.
z.globalRegistry.add(errorReply, { id: 'Refusal' });

/** Every refusal there is. */
export const errors = {
  400: errorReply,
  401: errorReply,
  403: errorReply,
  404: errorReply,
  405: errorReply,
  408: errorReply,
  409: errorReply,
  413: errorReply,
  415: errorReply,
  422: errorReply,
  429: errorReply,
  500: errorReply,
};

/** A reply that is not JSON. */
export const inType = <T extends z.ZodType>(type: string, schema: T) => ({
  description: 'OK',
  content: { [type]: { schema } },
});

export const bytes = z.unknown();
export const artifactParams = z.object({ digest: z.string().regex(/^[0-9a-f]{64}$/) });

export const ledgerReply = z.object({ sequence: z.int(), root: decimal, accounts: z.int() });

export const tickReply = z.object({
  name: z.string().describe('the snapshot hash'),
  snapshotTime: decimal,
  publishedAt: z.iso.datetime(),
  publishMs: z.number(),
});

export const newestTickReply = tickReply.extend({
  halted: z.boolean().nullable().describe('whether the market stands; null where no chain tells'),
  fault: z.string().nullable().describe('what keeps the service from following its chain now'),
});

export const accountReply = z.object({
  account: z.int(),
  state,
  ledgerSequence: z.int().describe('of the ledger that its margin is of'),
  tick: z.string().nullable().describe('that its margin is of'),
  margin: z
    .object({
      equityE6: decimal,
      mmE6: decimal,
      imE6: decimal,
      roundingE6: decimal.describe('how far the equity of the arrays may be from the exact one'),
      slackE6: decimal.describe('how far the maintenance margin may be'),
      verdict: z.enum(['healthy', 'liquidatable', 'band']),
    })
    .nullable(),
});

export const historyReply = z.object({
  transitions: z.array(
    z.object({
      sequence: z.int(),
      tick: z.string(),
      from: state,
      to: state,
      equityE6: decimal,
      mmE6: decimal,
      imE6: decimal,
    }),
  ),
});

export const totalsReply = z.object({
  accounts: z.int(),
  states: z.partialRecord(state, z.int()),
  equityE6: decimal.describe('of all accounts that have any, as the arrays have it'),
  deficitE6: decimal.describe('by which equity without haircuts is below zero, where it is'),
  mmE6: decimal,
  imE6: decimal,
  shortfallE6: decimal.describe('what accounts lack to their maintenance margin'),
  remarginMs: z.number(),
});

export const proofQuery = z.strictObject({
  tick: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,77})$/)
    .optional()
    .describe('a snapshot hash'),
});
export const proofReply = z.object({
  account: z.int(),
  settlementNonce: decimal,
  tick: z.string(),
  proof: z.string().describe('the text of the proof file, as plimsoll verify takes it'),
});

export const liquidatableReply = z.object({ accounts: z.array(z.int()) });

export const healthReply = z.object({ status: z.literal('ok') });
export const readyReply = z.object({ ready: z.boolean(), reason: z.string().optional() });

/** Controls, marks of format, and ends of lines and paragraphs: a text to be signed shows all that it says. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

export const challengeBody = z.strictObject({
  owner: z.string().regex(/^0x[0-9a-f]{40}$/),
  receipt: z
    .strictObject({
      account: z
        .int()
        .min(0)
        .max(TREE_CAPACITY - 1),
      answers: z
        .string()
        .min(1)
        .max(200)
        // Not as a pattern: what reads the description cannot make a text of one that names categories.
        .refine((answers) => !UNSEEN.test(answers), 'must be one line of characters that are seen')
        .optional()
        .describe('the challenge of whoever the receipt is for: a text, or 0x and 64 hex digits'),
    })
    .optional()
    .describe('where the signature is to ask for one receipt, and not for a token'),
});
export const challengeReply = z.object({ challenge: z.string(), text: z.string() });
export const sessionBody = z.strictObject({
  challenge: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.string().regex(/^0x[0-9a-fA-F]{130}$/),
});
export const sessionReply = z.object({ token: z.string() });
export const receiptReply = z.object({ receipt: documentOf('plimsoll-receipt') });

/** E6 USD. */
export const fundReply = z.object({
  assetsE6: decimal.describe('what its shares are worth together'),
  bufferE6: decimal,
  guaranteedE6: decimal.describe('of the buffer, and part of what is reserved'),
  reservedE6: decimal,
  queuedE6: decimal,
  freeE6: decimal,
  uncoveredE6: decimal,
});

/** An object that is read elsewhere, described by the very schema that checks it there. */
const readAs = (schema: z.ZodType): z.ZodObject => z.looseObject({}).meta(jsonSchemaOf(schema));

export const ledgerBody = z.strictObject({
  sequence: z.int().min(1),
  root: decimal,
  ledger: readAs(anyLedgerSchema).describe('a plimsoll.ledger document'),
});
export const updateBody = z.strictObject({
  sequence: z.int().min(1),
  root: decimal.describe('the root of the ledger that results'),
  changes: z
    .array(
      z.strictObject({
        index: z
          .int()
          .min(0)
          .max(TREE_CAPACITY - 1),
        account: readAs(anyAccountSchema),
      }),
    )
    .min(1)
    .describe('accounts as a ledger document has them'),
});
export const snapshotBody = readAs(anySnapshotSchema).describe('a plimsoll.snapshot document');

export const accountParams = z.object({
  account: z.string().regex(/^(0|[1-9][0-9]{0,7})$/),
});

const asked = { account: z.int(), tick: decimal };
export const marginReply = marginOutput.omit({ derivation: true, levels: true, history: true });
export const greeksReply = z.object({ ...asked, greeks: greeksOutput });
export const levelsReply = z.object({ ...asked, levels: levelsOutput });
export const explainReply = z.object({ ...asked, derivation: derivationOutput });
export const whatIfReply = whatIfOutput
  .omit({ out: true, outSnapshot: true })
  .extend({ account: z.int().nullable().describe('null for a portfolio that nobody has') });
export const hypotheticalBody = whatIfBody.extend({
  portfolio: z
    .strictObject({
      balances: z.record(z.string(), z.unknown()),
      positions: z.array(z.looseObject({})),
    })
    .meta(jsonSchemaOf(portfolioSchema))
    .describe('as an account of a ledger document has them'),
});

/** A number of the journal, after which a page begins. */
export const pageTickQuery = z.strictObject({
  account: z
    .string()
    .regex(/^[0-9]{1,8}$/)
    .optional()
    .describe('an account to have beside those nearest to maintenance'),
});
export const pageQuery = z.strictObject({
  after: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,14})$/)
    .optional(),
});
export const ticksReply = z.object({
  ticks: z.array(
    z.object({
      sequence: z.int().describe('its number in the journal: what `after` takes'),
      name: decimal.describe('the snapshot hash'),
      snapshotTime: decimal.nullable(),
    }),
  ),
});
export const liquidationsReply = z.object({
  liquidations: z.array(
    z.object({
      sequence: z.int().describe('of the change in the journal: what `after` takes'),
      account: z.int(),
      tick: z.string(),
      snapshotTime: decimal.nullable(),
      from: state,
      to: state,
      equityE6: decimal,
      mmE6: decimal,
      worstScenarios: z
        .object({ btc: z.int(), eth: z.int() })
        .nullable()
        .describe('the scenario of each underlying that costs most'),
      ended: z.int().nullable().describe('the number of the change that ended it'),
      proof: z
        .object({ tick: z.string(), settlementNonce: decimal })
        .nullable()
        .describe('the first one made while it lasted'),
    }),
  ),
});
/** A key document; whoever uses it reads it by its own rules. */
export const keysReply = z.looseObject({
  format: z.literal('plimsoll-verifying-keys'),
  keys: z.array(z.looseObject({ statement: z.string(), profile: z.string() })),
});
/** Where the liquidation of an account stands on chain. */
const stage = z.enum(LIQUIDATION_STAGES);
export const newestProofsReply = z.object({
  proofs: z.array(
    z.object({
      account: z.int(),
      settlementNonce: decimal,
      tick: z.string().describe('the snapshot hash'),
      snapshotTime: decimal.nullable(),
      made: z.iso.datetime(),
      latencyMs: z
        .number()
        .nullable()
        .describe('from its tick to the proof stored; null of ticks long past'),
      stage: stage.nullable().describe('null where no liquidation of it was seen on chain'),
      openingGas: decimal
        .nullable()
        .describe('its part of the transaction that opened it; null where that is not known'),
    }),
  ),
});
export const quotesReply = z.object({ snapshotHash: decimal });
export const statementsReply = z.object({
  places: z.array(
    z.object({
      statement: z.string(),
      contract: z.string().nullable().describe('which takes it; null where none does'),
      why: z.string().nullable().describe('none takes it'),
    }),
  ),
  statements: z.array(
    z.object({
      statement: z.string(),
      proofs: z.int().describe('of this statement that the event stands for'),
      event: z.string().describe('that says that it was taken'),
      account: decimal.nullable(),
      settlementNonce: decimal.nullable(),
      tick: decimal.nullable().describe('the number of the tick that it cites'),
      snapshotHash: decimal.nullable(),
      snapshotTime: decimal.nullable(),
      time: decimal.describe('of its block'),
      latencySeconds: decimal.nullable().describe('from the snapshot’s time to that of its block'),
      transaction: z.string(),
      gas: decimal.describe('its part of the transaction’s'),
    }),
  ),
});
export const transactionParams = z.strictObject({
  transaction: z.string().regex(/^0x[0-9a-f]{64}$/, 'must be the hash of a transaction'),
});
export const postedProofsReply = z.object({
  proofs: z.array(z.string()).describe('proof files, as `plimsoll verify` takes them'),
});
export const chainLiquidationsReply = z.object({
  liquidations: z.array(
    z.object({
      account: decimal,
      settlementNonce: decimal,
      stage,
      openedIn: z.string().describe('the transaction of its first event'),
      opening: z
        .object({
          tick: decimal.describe('the number of the tick'),
          clock: decimal.describe('the market clock, in seconds'),
          equityE6: decimal,
          requirementE6: decimal,
          reservedE6: decimal.describe('of the fund'),
        })
        .nullable()
        .describe('null where it was opened before the block that following began with'),
    }),
  ),
});
const seconds = z.int().min(0);
const ages = z.object({ index: seconds, perpetual: seconds, collateral: seconds });
export const sourcesReply = z.object({
  time: decimal.describe('of the newest tick’s snapshot'),
  figures: z.array(
    z.object({
      name: z.string(),
      consensus: decimal.describe('as the snapshot has it: the median of whom its proof heard'),
      digits: z.int().describe('decimal digits after the point, of a price; binary ones of a rate'),
      unit: z.enum(['USD', 'ratio']),
    }),
  ),
  sources: z.array(
    z.object({
      name: z.string(),
      allowedSeconds: ages.describe('what its own rule allows'),
      report: z
        .object({ ages, values: z.array(decimal).describe('in the order of figures') })
        .nullable()
        .describe('null where none was heard'),
    }),
  ),
  silent: z
    .array(z.object({ address: z.string(), reason: z.string() }))
    .describe('for the operator: where nothing came from that counts'),
});
/** A moment of the market clock: seconds, which a halt and a silence of the oracle stop. */
const clock = decimal;
export const auctionsReply = z.object({
  clock: clock.describe('the market clock now, at most five seconds ago'),
  runsForSeconds: decimal.describe('how long it runs on without another tick; 0 while it stands'),
  rampSeconds: z.int(),
  incentiveBps: z.int(),
  horizonSeconds: z.int(),
  auctions: z.array(
    z.object({
      account: z.int(),
      settlementNonce: decimal,
      openedAt: clock.nullable(),
      frozenAt: clock
        .nullable()
        .describe(
          'from when the price falls; null while no ledger has the Freeze: nobody can bid then',
        ),
      grossEquityE6: decimal,
      mmE6: decimal,
      topUpE6: decimal.describe('to initial margin; stays in the account'),
      backedE6: decimal.describe('what the fund can pay'),
      priceE6: decimal.nullable().describe('negative where the fund pays'),
      paymentE6: decimal.nullable().describe('what a bidder escrows now, price and top-up'),
    }),
  ),
});
export const marginStateReply = z.object({
  state: z
    .object({
      sequence: decimal.describe('steps taken'),
      time: decimal.describe('of the inputs of the last one; Unix seconds'),
      floorQ20: decimal.describe('2^20 is 1'),
      capQ20: decimal,
      underlyings: z.array(z.object({ symbol: z.string(), multiplierQ20: decimal })),
    })
    .nullable(),
});
const bps = decimal.describe('in 10^-4 of the index; a fall is negative');
export const coverageReply = z.object({
  horizonSeconds: z.int(),
  underlyings: z.array(
    z.object({
      symbol: z.string(),
      breaches: z.int().describe('ticks after which the index went further than margin covered'),
      band: z
        .object({ floorFallBps: bps, floorRiseBps: bps, capFallBps: bps, capRiseBps: bps })
        .nullable()
        .describe('what margin covers at the least and the most that its rule may make of it'),
      ticks: z.array(
        z.object({
          time: decimal,
          indexE4: decimal,
          fallBps: bps,
          riseBps: bps,
          furthestFallBps: bps,
          furthestRiseBps: bps,
          isBreached: z.boolean(),
        }),
      ),
    }),
  ),
});
export const proofsReply = z.object({
  proofs: z.array(
    z.object({
      settlementNonce: decimal,
      tick: z.string().describe('the snapshot hash'),
      snapshotTime: decimal.nullable(),
      made: z.iso.datetime(),
    }),
  ),
});

const scenarios = z.object({ btc: z.int(), eth: z.int() }).describe('scenario ids; 0 stands still');
const MOST_CHANGED = 64;
export const admissionBody = z.strictObject({
  changes: z
    .array(
      z.strictObject({
        index: z
          .int()
          .min(0)
          .max(TREE_CAPACITY - 1),
        account: z.unknown().describe('as it stands in a ledger document'),
      }),
    )
    .min(1)
    .max(MOST_CHANGED)
    .describe('each account once, as it would stand after the action'),
  trial: z.boolean().optional().describe('only asked: nothing counts'),
  forced: z
    .boolean()
    .optional()
    .describe('a contract of the venue demands it: it counts, whatever rule it breaks'),
});
export const admissionRefusal = z.object({
  rule: z.enum(['frozen', 'riskReducingOnly', 'notCovered', 'initialMargin', 'cover']),
  account: z.int().optional(),
  beforeE6: decimal.optional().describe('initial margin and add-on before the action'),
  afterE6: decimal.optional(),
  equityE6: decimal.optional(),
  requiredE6: decimal.optional().describe('initial margin and add-on'),
  scenarios: scenarios.optional(),
  shortfallE6: decimal.optional().describe('of all accounts together'),
  fundE6: decimal.optional(),
});
export const admissionReply = z.object({
  admitted: z.boolean(),
  refusals: z.array(admissionRefusal),
  number: z.int().describe('of the newest action that was admitted in this book'),
  book: z
    .string()
    .describe(
      'another one after a restart or a ledger that is not what was admitted: then ask again',
    ),
  tick: z.string().describe('the snapshot hash of the tick it was judged at'),
});
export const admissionStandingReply = z.object({
  book: z.string(),
  number: z.int(),
  pending: z.int().describe('accounts that an admitted action changed and no ledger has yet'),
  tick: z.string().nullable().describe('at which actions are judged'),
  covered: z.boolean().describe('whether the newest sessions show the venue covered'),
  fundE6: decimal,
  totals: z.array(z.object({ scenarios, shortfallE6: decimal })),
  unadmitted: z
    .array(
      z.object({
        sequence: z.int(),
        accounts: z.array(z.int()),
        refusals: z.array(admissionRefusal),
      }),
    )
    .describe('the newest updates that were not what was admitted and broke a rule, newest first'),
});
