// SPDX-License-Identifier: GPL-3.0-or-later

/** A place where the definition rounds, in the order of the derivation. */
export interface RoundingStep {
  readonly value: string;
  readonly formula: string;
  /** `either`: an approximation within the stated bound. */
  readonly direction: 'up' | 'down' | 'either';
  /** Section of docs/spec.md. */
  readonly section: string;
}

/** All of them: between two steps every number is exact. */
export const ROUNDINGS: readonly RoundingStep[] = [
  { value: 'forward', formula: '⌈index·ratio/2³⁰⌉', direction: 'up', section: '4' },
  { value: 'log-moneyness', formula: '⌊(ln K − ln F)/2⁴²⌋', direction: 'down', section: '3' },
  { value: 'standard deviation', formula: '⌊√w⌋ at 2⁻³²', direction: 'down', section: '3' },
  {
    value: 'shocks of volatility and skew',
    formula: 'x − ⌊(x − x′)·Δτ/gap⌋ at 2⁻¹⁰',
    direction: 'up',
    section: '4',
  },
  {
    value: 'forward roll',
    formula: 'x + ⌊(x′ − x)·Δτ/gap⌋ at 2⁻¹⁰',
    direction: 'down',
    section: '4',
  },
  {
    value: 'option value',
    formula: 'within 2·10⁻⁸ of the forward, never below 0',
    direction: 'either',
    section: '3',
  },
  {
    value: 'collateral price',
    formula: 'min(market, ⌊index·redemption/2³⁰⌋)',
    direction: 'down',
    section: '5',
  },
  { value: 'collateral value', formula: '⌊balance·price/10⁶⌋', direction: 'down', section: '5' },
  {
    value: 'collateral after haircut',
    formula: '⌊Σ amount·(10⁴ − haircut)/10⁴⌋',
    direction: 'down',
    section: '5',
  },
  {
    value: 'positions in equity',
    formula: '⌊Σ lots·mark/2¹²⁸⌋',
    direction: 'down',
    section: '5',
  },
  {
    value: 'loss of a scenario',
    formula: '⌊−Σ PnL/2¹⁵²⌋ per underlying',
    direction: 'down',
    section: '5',
  },
  {
    value: 'scan range as charged',
    formula: '⌈factor·Σ scan/(10⁴·2¹⁶)⌉',
    direction: 'up',
    section: '5',
  },
  {
    value: 'dollar delta',
    formula: '⌈|Σ lots·delta|·index/2¹²⁸⌉',
    direction: 'up',
    section: '5',
  },
  {
    value: 'contingencies of MM and of IM',
    formula: '⌈(2¹⁰·Σ base·bps + Σ concentration)/(10⁴·2¹⁰)⌉',
    direction: 'up',
    section: '5',
  },
  {
    value: 'oracle confidence',
    formula: '⌈bps·Σ base·doubt/(10⁴·threshold)⌉',
    direction: 'up',
    section: '5',
  },
  { value: 'oracle latency', formula: '⌈dollar delta·rate/10⁵⌉', direction: 'up', section: '5' },
  { value: 'collateral in IM', formula: '⌈Σ H·bps/10⁴⌉', direction: 'up', section: '5' },
];
