import type { RunReport } from '@batchmill/service';
import { progressLine } from './progress-line.js';

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** On a terminal one line that is drawn anew; elsewhere a line whenever something changed. */
export class ProgressDisplay {
  #drawn = '';

  constructor(private readonly out: Output) {}

  show(report: RunReport): void {
    const line = progressLine(report, (this.out.columns ?? 200) - 1);
    if (line === this.#drawn) return;
    this.#drawn = line;
    this.out.write(this.out.isTTY === true ? `\r\u001b[2K${line}` : `${line}\n`);
  }

  end(): void {
    if (this.#drawn !== '' && this.out.isTTY === true) this.out.write('\n');
    this.#drawn = '';
  }
}
