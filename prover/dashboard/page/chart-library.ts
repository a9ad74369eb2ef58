// SPDX-License-Identifier: GPL-3.0-or-later
/** A script of its own: of all that the page has, charts are the largest, and two views need them. */
export { default as uPlot } from 'uplot';
