import type { RunReport } from '@batchmill/service';

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
