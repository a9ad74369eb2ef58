// SPDX-License-Identifier: GPL-3.0-or-later

/** A figure of `GET /metrics`; 0 where it is not there. */
export const metricOf = (metrics: string, name: string): number =>
  Number(new RegExp(`^${name} ([0-9.e+]+)$`, 'm').exec(metrics)?.[1] ?? 0);
