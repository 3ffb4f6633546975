import type { ProgressDisplay, Terminal } from './display.js';
import { LiveDisplay } from './live-display.js';
import { PlainDisplay } from './plain-display.js';

/** What fits the output: drawn in place on a terminal that can, lines elsewhere. */
export function progressDisplay(out: Terminal): ProgressDisplay {
  const isLive = out.isTTY === true && process.env['TERM'] !== 'dumb';
  return isLive ? new LiveDisplay(out, Date.now) : new PlainDisplay(out, Date.now);
}
