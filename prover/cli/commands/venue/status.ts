// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { STATUSES } from '../../../keeper/liquidations.ts';
import { COVER_STANDINGS } from '../../../chain/solvency-register.ts';
import { readVenueStatus } from '../../../keeper/venue-status.ts';
import { formatFixed, formatUsd, formatUtc } from '../../../model/format.ts';
import { COLLATERAL_SYMBOLS } from '../../../model/types.ts';
import type { Command } from '../../command.ts';
import { VENUE_OPTIONS, connectToVenue } from '../../options/venue-input.ts';
import { address, decimal, flag, shape, whole } from '../../../core/json-output.ts';
import { printRows } from '../../table.ts';

export const command: Command = {
  name: 'venue status',
  description:
    'Holds the venue document against the chain, then asks: who may act, the last ledger and what\n' +
    'waits for the next, the market, parameters, roles, the money, every guarantee and liquidation.',
  example: 'npx plimsoll venue status --rpc http://127.0.0.1:8545 --venue venue.json',
  positionals: [],
  options: VENUE_OPTIONS,
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      chainId: decimal,
      mode: z.enum(['normal', 'forced', 'dead']),
      ledger: shape({
        sequence: decimal,
        accountCount: decimal,
        root: decimal,
        acceptedAt: decimal,
        bookedThrough: decimal,
        engineCount: decimal,
        userCount: decimal,
        forced: flag,
      }),
      waiting: shape({ engine: decimal, user: decimal }),
      market: shape({
        halted: flag,
        tick: decimal.nullable(),
        snapshotTime: decimal.nullable(),
        clock: decimal,
      }),
      parameters: shape({ activeHash: decimal, pendingHash: decimal, activatableAt: decimal }),
      roles: shape({
        owner: address,
        pendingOwner: address,
        guardian: address,
        threshold: decimal,
      }),
      vault: shape({
        heldE6: decimal,
        unclaimedE6: decimal,
        escrowedE6: decimal,
        claimableE6: decimal,
      }),
      coins: z
        .array(
          shape({
            asset: z.enum(COLLATERAL_SYMBOLS),
            heldE8: decimal,
            unclaimedE8: decimal,
            claimableE8: decimal,
            missingE8: decimal,
          }),
        )
        .nullable(),
      fund: shape({
        assetsE6: decimal,
        bufferE6: decimal,
        guaranteedE6: decimal,
        reservedE6: decimal,
        queuedE6: decimal,
        freeE6: decimal,
        uncoveredE6: decimal,
      }),
      guarantees: z.array(
        shape({
          account: decimal,
          settlementNonce: decimal,
          owner: address,
          amountE6: decimal,
          dueAtClock: decimal,
          isCalled: flag,
        }),
      ),
      liquidations: z.array(
        shape({
          account: decimal,
          settlementNonce: decimal,
          status: z.enum(STATUSES),
          isClosed: flag,
          keeper: address,
          reservedE6: decimal,
          expiresAtClock: decimal,
        }),
      ),
      medianGate: shape({
        sourcesHash: decimal,
        sources: whole,
        suspended: z.array(whole),
        pendingHash: decimal,
        activatableAt: decimal,
      }).nullable(),
      marginState: shape({
        stateHash: decimal,
        effectiveHash: decimal,
        sequence: decimal,
        time: decimal,
        isInForce: flag,
      }).nullable(),
      solvency: shape({
        standing: z.enum(COVER_STANDINGS),
        tick: decimal,
        pinnedAt: decimal,
        coverageBps: decimal.nullable(),
      }).nullable(),
    }),
  },
  run: async (context) => {
    const { provider, document, venue } = await connectToVenue(context);
    try {
      const status = await readVenueStatus(venue, provider, document);
      const { mode, ledger, waiting, market, parameters, roles, vault, fund } = status;
      const { medianGate, marginState, solvency } = status;
      const usd = (amountE6: bigint): string => formatUsd(amountE6, 2);
      const coins = (amountE8: bigint): string => formatFixed(amountE8, 8);
      const { print } = context;
      print(`chain ${document.chainId}, mode ${mode}${market.halted ? ', market halted' : ''}`);
      print(
        ledger.sequence === 0n
          ? 'ledger      none yet: venue root posts the first'
          : `ledger      ${ledger.sequence} of ${ledger.accountCount} accounts, root ${ledger.root}`,
      );
      print(`waiting     ${waiting.engine} messages of the engine, ${waiting.user} of users`);
      print(
        market.snapshotTime === undefined
          ? 'tick        none yet: oracle submit opens the first'
          : `tick        ${market.tick} of ${formatUtc(market.snapshotTime)} UTC, clock ${market.clock}`,
      );
      print(`parameters  ${parameters.activeHash}`);
      if (parameters.pendingHash !== 0n) {
        print(`            pending ${parameters.pendingHash}, from ${parameters.activatableAt} on`);
      }
      if (marginState !== undefined) {
        print(
          `margin      ${marginState.isInForce ? 'moves' : 'is to move'} by steps: ` +
            (marginState.sequence === 0n
              ? 'none yet'
              : `${marginState.sequence}, of ${formatUtc(marginState.time)} UTC, ` +
                `set ${marginState.effectiveHash}`),
        );
      }
      if (medianGate !== undefined) {
        const named = medianGate.suspended.map(
          (place) => document.medianSources?.[place]?.name ?? String(place),
        );
        print(
          `medians     of ${medianGate.sources - named.length} sources` +
            (named.length === 0 ? '' : `, suspended: ${named.join(', ')}`),
        );
        if (medianGate.pendingHash !== 0n) {
          print(`            another set from ${medianGate.activatableAt} on`);
        }
      }
      if (solvency !== undefined) {
        const { standing, tick, pinnedAt, coverageBps } = solvency;
        const cover =
          coverageBps === undefined
            ? 'nothing is short'
            : `fund ${coverageBps} bps of the worst shortfall`;
        print(
          `solvency    ${standing}` +
            (tick === 0n
              ? ': no session yet'
              : `: tick ${tick}, pinned at ${formatUtc(pinnedAt)} UTC, ${cover}`),
        );
      }
      print(`roles       owner ${roles.owner}, guardian ${roles.guardian}`);
      if (BigInt(roles.pendingOwner) !== 0n)
        print(`            not accepted by ${roles.pendingOwner}`);
      print(
        `vault       held ${usd(vault.heldE6)} (not claimed ${usd(vault.unclaimedE6)}), ` +
          `escrowed ${usd(vault.escrowedE6)}, ` +
          `claimable ${usd(vault.claimableE6)} USD`,
      );
      for (const { asset, heldE8, unclaimedE8, claimableE8, missingE8 } of status.coins ?? []) {
        if (heldE8 + claimableE8 === 0n) continue;
        print(
          `${asset.padEnd(12)}held ${coins(heldE8)} (not claimed ${coins(unclaimedE8)}), ` +
            `claimable ${coins(claimableE8)}` +
            (missingE8 === 0n ? '' : `, missing ${coins(missingE8)}`),
        );
      }
      print(
        `fund        free ${usd(fund.freeE6)}, reserved ${usd(fund.reservedE6)} (guaranteed ` +
          `${usd(fund.guaranteedE6)}), queued ${usd(fund.queuedE6)}, uncovered ` +
          `${usd(fund.uncoveredE6)} USD`,
      );
      for (const guarantee of status.guarantees) {
        const { accountIndex, amountE6, dueAt, isCalled } = guarantee;
        const until = isCalled
          ? 'called on by its opening'
          : market.clock <= dueAt
            ? `holds openings off until market clock ${dueAt}`
            : 'due: anybody may open the account, and end it';
        print(`guarantee   ${usd(amountE6)} USD of account ${accountIndex}: ${until}`);
      }
      const horizon = BigInt(document.config.engine.horizonSeconds);
      const liquidations = status.liquidations.map((one) => ({
        account: one.accountIndex,
        settlementNonce: one.settlementNonce,
        status: one.status,
        isClosed: one.isClosed,
        keeper: one.keeper,
        reservedE6: one.reservedE6,
        expiresAtClock: one.clockAtOpen + horizon,
      }));
      if (liquidations.length > 0) {
        const rows = liquidations.map((one) => [
          String(one.account),
          String(one.settlementNonce),
          one.isClosed ? `${one.status}, closed` : one.status,
          one.status === 'open' ? String(one.expiresAtClock) : '',
          one.keeper,
        ]);
        const header = ['account', 'nonce', 'status', 'until clock', 'keeper'];
        print();
        printRows(context, header, rows);
      }
      context.printJson({
        chainId: document.chainId,
        mode,
        ledger,
        waiting,
        market: {
          ...market,
          tick: market.tick ?? null,
          snapshotTime: market.snapshotTime ?? null,
        },
        parameters,
        roles,
        vault,
        coins: status.coins ?? null,
        fund,
        guarantees: status.guarantees.map(({ accountIndex, dueAt, ...guarantee }) => ({
          account: accountIndex,
          dueAtClock: dueAt,
          ...guarantee,
        })),
        liquidations,
        medianGate: medianGate ?? null,
        marginState: marginState ?? null,
        solvency: solvency ? { ...solvency, coverageBps: solvency.coverageBps ?? null } : null,
      });
    } finally {
      provider.destroy();
    }
  },
};
