import type { RunReport } from '@batchmill/service';
import { formatCount } from '../show/format.js';

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Prints the demo. On a terminal the progress line is updated in place, elsewhere each change is a new line. */
export class DemoOutput {
  #progress = '';
  #headings = 0;

  constructor(private readonly out: Output) {}

  title(text: string): void {
    this.#line(this.#bold(text));
  }

  heading(text: string): void {
    this.#headings += 1;
    this.#line('');
    this.#line(this.#bold(`${this.#headings}  ${text}`));
  }

  text(text: string): void {
    this.#line(`   ${text}`);
  }

  hit(similarity: number, name: string, excerpt: string): void {
    const start = `     ${similarity.toFixed(2)}  ${name.padEnd(24)} `;
    this.#line(start + excerpt.slice(0, Math.max(20, this.#columns - start.length - 1)));
  }

  progress({ progress, total, succeeded, failed }: RunReport): void {
    const { claimed, built, submitted, settled, answered } = progress;
    const parts = [
      `${formatCount(claimed)} claimed`,
      `${formatCount(built)} to submit`,
      `${formatCount(submitted)} at the provider`,
      `${formatCount(settled)} ingesting`,
      `${formatCount(answered)} answered`,
    ];
    const hasEnded = total > 0 && succeeded + failed === total;
    const text = `   ${hasEnded ? '●' : '○'} ${parts.join(' · ')}`.slice(0, this.#columns - 1);
    if (text === this.#progress) return;
    this.#progress = text;
    this.out.write(this.out.isTTY === true ? `\r\u001b[2K${text}` : `${text}\n`);
  }

  endProgress(): void {
    if (this.#progress !== '' && this.out.isTTY === true) this.out.write('\n');
    this.#progress = '';
  }

  #line(text: string): void {
    this.out.write(`${text}\n`);
  }

  #bold(text: string): string {
    return this.out.isTTY === true && process.env['NO_COLOR'] === undefined ? `\u001b[1m${text}\u001b[0m` : text;
  }

  get #columns(): number {
    return this.out.columns ?? 100;
  }
}
