// SPDX-License-Identifier: GPL-3.0-or-later
import { RECEIPT_VERIFY, VERIFY, entry, type CommandEntry } from './checks.ts';

/**
 * Every command in the order of the help text, with its one line there. What a command needs is loaded
 * with it, so that `--help` costs no library and `verify` no Hardhat.
 */
export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map([
  entry(
    'demo',
    'a market crash, proven and enforced on a local chain (what npm start runs)',
    async () => (await import('./commands/demo.ts')).command,
  ),
  entry(
    'margin',
    'show what an account holds, is worth and needs',
    async () => (await import('./commands/margin/margin.ts')).command,
  ),
  entry(
    'what-if',
    'show margin before and after trades, transfers or a move of the market',
    async () => (await import('./commands/margin/what-if.ts')).command,
  ),
  entry(
    'page',
    'write a page about a tick that opens in any browser',
    async () => (await import('./commands/page.ts')).command,
  ),
  entry(
    'prove',
    'prove that an account is below maintenance, its deficit, or its exact margin',
    async () => (await import('./commands/prove.ts')).command,
  ),
  VERIFY,
  entry(
    'receipt create',
    'make a receipt of an account that anybody can check',
    async () => (await import('./commands/receipt/create.ts')).command,
  ),
  RECEIPT_VERIFY,
  entry(
    'receipt place',
    'write down the current margin tick, for receipts made offline',
    async () => (await import('./commands/receipt/place.ts')).command,
  ),
  entry(
    'receipt keys',
    'write the verifying keys built here, for checkers who build nothing',
    async () => (await import('./commands/receipt/keys.ts')).command,
  ),
  entry(
    'serve',
    'run the operator’s service: ledger and ticks in, margins and alerts out',
    async () => (await import('./commands/service/serve.ts')).command,
  ),
  entry(
    'worker',
    'prove for a service on another machine',
    async () => (await import('./commands/service/worker.ts')).command,
  ),
  entry(
    'torture',
    'kill a service at random moments and see that nothing is lost',
    async () => (await import('./commands/service/torture.ts')).command,
  ),
  entry(
    'config check',
    'check the configuration of a service',
    async () => (await import('./commands/service/config-check.ts')).command,
  ),
  entry(
    'ledger',
    'root, show, check, book, export or import a ledger',
    async () => (await import('./commands/ledger.ts')).command,
  ),
  entry(
    'solvency totals',
    'what a venue owes, and would be short of after joint scenarios',
    async () => (await import('./commands/solvency/totals.ts')).command,
  ),
  entry(
    'solvency prove',
    'prove a whole ledger margined and netted, resumable',
    async () => (await import('./commands/solvency/prove.ts')).command,
  ),
  entry(
    'solvency status',
    'show which proofs of a session are made',
    async () => (await import('./commands/solvency/status.ts')).command,
  ),
  entry(
    'solvency verify',
    'check a whole session from public data alone',
    async () => (await import('./commands/solvency/verify.ts')).command,
  ),
  entry(
    'solvency included',
    'show that an account was in a proven session',
    async () => (await import('./commands/solvency/included.ts')).command,
  ),
  entry(
    'solvency pin',
    'pin a tick on chain, with what is in custody and in the fund',
    async () => (await import('./commands/solvency/pin.ts')).command,
  ),
  entry(
    'solvency submit',
    'hand a whole session to the venue’s register and close it',
    async () => (await import('./commands/solvency/submit.ts')).command,
  ),
  entry(
    'circuits',
    'constraint counts of the built circuits against their budgets',
    async () => (await import('./commands/circuits.ts')).command,
  ),
  entry(
    'bench',
    'measure proofs, the re-margin engine or the ledger tree',
    async () => (await import('./commands/bench/bench.ts')).command,
  ),
  entry(
    'market import',
    'read option chains, fit the surface, write a snapshot',
    async () => (await import('./commands/market/import.ts')).command,
  ),
  entry(
    'market combine',
    'one snapshot from those of several importers',
    async () => (await import('./commands/market/combine.ts')).command,
  ),
  entry(
    'market vol',
    'realised volatility and a forecast from price bars',
    async () => (await import('./commands/market/vol.ts')).command,
  ),
  entry(
    'market depth',
    'size within 1 % of mid, and slippage, from an order book',
    async () => (await import('./commands/market/depth.ts')).command,
  ),
  entry(
    'market liquidity',
    'what closing a size would cost and how long it would take, from order books',
    async () => (await import('./commands/market/liquidity.ts')).command,
  ),
  entry(
    'market settle',
    'settlement price of an expiry from bars or ticks of the index',
    async () => (await import('./commands/market/settle.ts')).command,
  ),
  entry(
    'market funding',
    'funding rates of a perpetual, with their payment times',
    async () => (await import('./commands/market/funding.ts')).command,
  ),
  entry(
    'oracle sign',
    'sign a snapshot as one of the feed’s oracles',
    async () => (await import('./commands/oracle/sign.ts')).command,
  ),
  entry(
    'oracle combine',
    'put the signatures of several oracles into one attestation',
    async () => (await import('./commands/oracle/combine.ts')).command,
  ),
  entry(
    'oracle submit',
    'submit a snapshot with its signatures to the feed',
    async () => (await import('./commands/oracle/submit.ts')).command,
  ),
  entry(
    'oracle report',
    'sign what one source says of the headline numbers',
    async () => (await import('./commands/oracle/report.ts')).command,
  ),
  entry(
    'oracle medians',
    'prove that a snapshot’s headline numbers are medians of reports',
    async () => (await import('./commands/oracle/medians.ts')).command,
  ),
  entry(
    'oracle run',
    'be one of the feed’s oracles, minute by minute, with its peers',
    async () => (await import('./commands/oracle/run.ts')).command,
  ),
  entry(
    'venue plan',
    'write what a venue is to be, to edit and to deploy',
    async () => (await import('./commands/venue/plan.ts')).command,
  ),
  entry(
    'venue deploy',
    'deploy a venue on any chain, resumable, and describe it in venue.json',
    async () => (await import('./commands/venue/deploy.ts')).command,
  ),
  entry(
    'venue status',
    'how a venue stands: mode, ledger, market, money, liquidations',
    async () => (await import('./commands/venue/status.ts')).command,
  ),
  entry(
    'venue root',
    'post the first ledger of a venue, or the next with what waits in the inbox',
    async () => (await import('./commands/venue/root.ts')).command,
  ),
  entry(
    'venue open',
    'prove that accounts are below maintenance, and open their liquidations',
    async () => (await import('./commands/venue/open.ts')).command,
  ),
  entry(
    'venue cure',
    'end a liquidation, paying in what the account is short of',
    async () => (await import('./commands/venue/cure.ts')).command,
  ),
  entry(
    'venue bid',
    'buy an account under liquidation at the auction’s price',
    async () => (await import('./commands/venue/bid.ts')).command,
  ),
  entry(
    'venue guarantee',
    'have the buffer guarantee the small gap of an account, or end its restriction',
    async () => (await import('./commands/venue/guarantee.ts')).command,
  ),
  entry(
    'venue step',
    'take the next margin step of a venue whose margin moves',
    async () => (await import('./commands/venue/step.ts')).command,
  ),
  entry(
    'venue close',
    'pay out what a takeover escrowed',
    async () => (await import('./commands/venue/close.ts')).command,
  ),
  entry(
    'venue cover',
    'hand what nobody bought to the Backstop; the fund pays the deficit',
    async () => (await import('./commands/venue/cover.ts')).command,
  ),
  entry(
    'keeper',
    'value what is under liquidation at the clock, and bid where it pays',
    async () => (await import('./commands/keeper/keeper.ts')).command,
  ),
  entry(
    'params diff',
    'which values of two parameter sets differ',
    async () => (await import('./commands/params/diff.ts')).command,
  ),
  entry(
    'params impact',
    'who falls below a margin under another parameter set, and by what',
    async () => (await import('./commands/params/impact.ts')).command,
  ),
  entry(
    'params propose',
    'propose a parameter set on chain',
    async () => (await import('./commands/params/propose.ts')).command,
  ),
  entry(
    'params hold',
    'take the margin state out of force: margin stands still',
    async () => (await import('./commands/params/hold.ts')).command,
  ),
  entry(
    'params activate',
    'show canaries of the proposed parameter set, and activate it',
    async () => (await import('./commands/params/activate.ts')).command,
  ),
  entry(
    'backtest',
    'would margin have held? coverage, clustering and procyclicality on price bars',
    async () => (await import('./commands/backtest/backtest.ts')).command,
  ),
  entry(
    'dynamic step',
    'the next margin state and the parameter set that then holds',
    async () => (await import('./commands/dynamic/step.ts')).command,
  ),
  entry(
    'dynamic explain',
    'why margin rose or fell in a step, term by term',
    async () => (await import('./commands/dynamic/explain.ts')).command,
  ),
  entry(
    'dynamic simulate',
    'how a margin rule would have moved over price bars',
    async () => (await import('./commands/dynamic/simulate.ts')).command,
  ),
  entry(
    'disclose',
    'figures of a period, numbered like clearing houses’ public disclosures',
    async () => (await import('./commands/backtest/disclose.ts')).command,
  ),
  entry(
    'forecast',
    'forecasts of volatility compared out of sample',
    async () => (await import('./commands/forecast/forecast.ts')).command,
  ),
  entry(
    'schema',
    'the JSON Schema of what a command prints under --json',
    async () => (await import('./commands/schema.ts')).command,
  ),
  entry(
    'audit',
    'from source to chain, and every posted proof again',
    async () => (await import('./commands/audit.ts')).command,
  ),
  entry(
    'ceremony init',
    'begin a ceremony: powers of tau, circuits, first keys, the beacon to come',
    async () => (await import('./commands/ceremony/init.ts')).command,
  ),
  entry(
    'ceremony contribute',
    'add a secret of yours to every key of a ceremony',
    async () => (await import('./commands/ceremony/contribute.ts')).command,
  ),
  entry(
    'ceremony beacon',
    'end the contributions with a value nobody could know',
    async () => (await import('./commands/ceremony/beacon.ts')).command,
  ),
  entry(
    'ceremony verify',
    'judge a whole ceremony without believing it',
    async () => (await import('./commands/ceremony/verify.ts')).command,
  ),
  entry(
    'ceremony finalise',
    'write the final keys and the release manifest',
    async () => (await import('./commands/ceremony/finalise.ts')).command,
  ),
  entry(
    'ceremony attest',
    'verify a ceremony here and sign what was found',
    async () => (await import('./commands/ceremony/attest.ts')).command,
  ),
  entry(
    'ceremony status',
    'how far a ceremony has come',
    async () => (await import('./commands/ceremony/status.ts')).command,
  ),
  entry(
    'completions',
    'completion of commands and flags for a shell',
    async () => (await import('./commands/completions.ts')).command,
  ),
  entry(
    'setup',
    'build circuits, development keys, verifiers and contracts',
    async () => (await import('./commands/setup.ts')).command,
  ),
]);
