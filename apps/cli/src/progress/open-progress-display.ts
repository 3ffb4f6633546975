import type { Terminal } from '../show/terminal.js';
import { LiveDisplay } from './live-display.js';
import { PlainDisplay } from './plain-display.js';
import type { ProgressDisplay } from './progress-display.js';

/** Updates lines in place on a terminal that supports it, and prints a line per change elsewhere. */
export function openProgressDisplay(out: Terminal): ProgressDisplay {
  const isLive = out.isTTY === true && process.env['TERM'] !== 'dumb';
  return isLive ? new LiveDisplay(out, Date.now) : new PlainDisplay(out, Date.now);
}
