import type { RunReport } from '@batchmill/service';

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What the demo prints: on a terminal one progress line that is drawn anew, elsewhere a line when something changed. */
export class Screen {
  #drawn = '';
  #step = 0;

  constructor(private readonly out: Output) {}

  title(text: string): void {
    this.#line(this.#bold(text));
  }

  heading(text: string): void {
    this.#step += 1;
    this.#line('');
    this.#line(this.#bold(`${this.#step}  ${text}`));
  }

  text(text: string): void {
    this.#line(`   ${text}`);
  }

  hit(similarity: number, name: string, excerpt: string): void {
    const begin = `     ${similarity.toFixed(2)}  ${name.padEnd(24)} `;
    this.#line(begin + excerpt.slice(0, Math.max(20, this.#columns - begin.length - 1)));
  }

  progress({ progress, total, succeeded, failed }: RunReport): void {
    const { claimed, built, submitted, settled, answered } = progress;
    const parts = [
      `${n(claimed)} claimed`,
      `${n(built)} built`,
      `${n(submitted)} at the provider`,
      `${n(settled)} coming home`,
      `${n(answered)} answered`,
    ];
    const ended = total > 0 && succeeded + failed === total;
    const text = `   ${ended ? '●' : '○'} ${parts.join(' · ')}`.slice(0, this.#columns - 1);
    if (text === this.#drawn) return;
    this.#drawn = text;
    this.out.write(this.out.isTTY === true ? `\r\u001b[2K${text}` : `${text}\n`);
  }

  endProgress(): void {
    if (this.#drawn !== '' && this.out.isTTY === true) this.out.write('\n');
    this.#drawn = '';
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

function n(count: number): string {
  return count.toLocaleString('en-US');
}
