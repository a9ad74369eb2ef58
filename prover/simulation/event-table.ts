// SPDX-License-Identifier: GPL-3.0-or-later
import type { RuleResult } from './delta-one.ts';
import { EVENT_GAP_SECONDS } from './statistics/events.ts';

/** One storm, and what it did under every rule that it broke. */
export interface EventRow {
  readonly portfolio: string;
  readonly start: number;
  readonly end: number;
  readonly largestLoss: number;
  readonly byRule: readonly {
    readonly rule: string;
    readonly windows: number;
    readonly largestShortfall: number;
    readonly marginAtWorst: number;
  }[];
}

type Breach = RuleResult['events'][number] & { readonly rule: string };

function rowOf(breaches: readonly Breach[]): EventRow {
  const [{ portfolio }] = breaches as [Breach];
  const rules = [...new Set(breaches.map(({ rule }) => rule))];
  return {
    portfolio,
    start: Math.min(...breaches.map(({ start }) => start)),
    end: Math.max(...breaches.map(({ end }) => end)),
    largestLoss: Math.max(...breaches.map(({ worstLoss }) => worstLoss)),
    byRule: rules.map((rule) => {
      const own = breaches.filter((breach) => breach.rule === rule);
      const worst = own.reduce((left, right) => (right.shortfall > left.shortfall ? right : left));
      return {
        rule,
        windows: own.reduce((sum, { windows }) => sum + windows, 0),
        largestShortfall: worst.shortfall,
        marginAtWorst: worst.margin,
      };
    }),
  };
}

/**
 * Events of all rules put side by side, per portfolio, in time order: breaches of different rules
 * within 48 h of each other are the same storm.
 */
export function eventTable(rules: readonly RuleResult[]): EventRow[] {
  const breaches = rules.flatMap(({ rule, events }) => events.map((event) => ({ ...event, rule })));
  const portfolios = [...new Set(breaches.map(({ portfolio }) => portfolio))].sort();
  const rows = portfolios.flatMap((portfolio) => {
    const own = breaches
      .filter((breach) => breach.portfolio === portfolio)
      .sort((left, right) => left.start - right.start);
    const storms: Breach[][] = [];
    let end = -Infinity;
    for (const breach of own) {
      if (breach.start - end > EVENT_GAP_SECONDS) storms.push([]);
      storms.at(-1)?.push(breach);
      end = Math.max(end, breach.end);
    }
    return storms.map(rowOf);
  });
  return rows.sort((left, right) => left.start - right.start);
}
