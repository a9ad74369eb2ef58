// SPDX-License-Identifier: GPL-3.0-or-later
import { render, type VNode } from 'preact';

/** Puts a page in its place. @param of is given the tick that came with it, as text */
export function show(of: (held: string) => VNode): void {
  const held = document.getElementById('tick')!.textContent.trim();
  const place = document.getElementById('page')!;
  place.replaceChildren();
  render(of(held), place);
}
