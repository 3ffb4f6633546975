import type { RunReport } from '@batchmill/service';
import { PlainDisplay } from './plain-display.js';
import { LiveDisplay } from './live-display.js';

export interface Terminal extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Shows how a run goes on while it does. */
export interface ProgressDisplay {
  show(report: RunReport): void;
  /** A text with its line break, beside what is shown. */
  say(text: string): void;
  /** May be followed by another `show`. */
  end(): void;
}

/** What fits the output: drawn in place on a terminal that can, lines elsewhere. */
export function progressDisplay(out: Terminal): ProgressDisplay {
  const isLive = out.isTTY === true && process.env['TERM'] !== 'dumb';
  return isLive ? new LiveDisplay(out, Date.now) : new PlainDisplay(out, Date.now);
}
