// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import { marginRuleOf, type MarginRuleDocument } from '../../documents/margin-rule-document.ts';
import type { MovingMargin } from './optional-parts.ts';

// Apart from the rules of parts: whoever follows a margin state needs it, and not the curve that checks
// the keys of price sources, which takes a second of a processor to load.

/** The margin rule of a plan or a venue; throws `InvalidInput`. */
export function plannedRule({ rule }: Pick<MovingMargin, 'rule'>): MarginRuleDocument {
  try {
    return marginRuleOf(rule);
  } catch (cause) {
    if (!(cause instanceof InvalidInput)) throw cause;
    throw new InvalidInput(`movingMargin.rule.${cause.field}`, cause.rule, { cause });
  }
}
