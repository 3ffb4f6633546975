import { openProgressDisplay } from '../progress/open-progress-display.js';
import type { ProgressDisplay } from '../progress/progress-display.js';
import { cutText } from '../show/fit-line.js';
import { paintFor, type Paint } from '../show/paint.js';
import { terminalColumns, wrapText, type Terminal } from '../show/terminal.js';

const indent = '   ';

/** Prints the demo, with the progress of its runs as `batchmill run` shows it. */
export class DemoOutput {
  readonly progress: ProgressDisplay;
  readonly #paint: Paint;
  #headings = 0;

  constructor(private readonly out: Terminal) {
    this.progress = openProgressDisplay(out);
    this.#paint = paintFor(out);
  }

  title(text: string): void {
    this.#line(this.#paint('bold', text));
  }

  heading(text: string): void {
    this.#headings += 1;
    this.#line('');
    this.#line(this.#paint('bold', `${this.#headings}  ${text}`));
  }

  text(text: string): void {
    for (const line of wrapText(text, terminalColumns(this.out) - indent.length)) this.#line(indent + line);
  }

  /** What to type. */
  command(text: string): void {
    this.#line(`${indent}  ${this.#paint('cyan', text)}`);
  }

  hit(similarity: number, name: string, excerpt: string): void {
    const start = `${indent}  ${similarity.toFixed(2)}  ${name.padEnd(24)} `;
    const columns = Math.min(100, terminalColumns(this.out));
    this.#line(start + cutText(excerpt, Math.max(20, columns - start.length - 1)));
  }

  #line(text: string): void {
    this.out.write(`${text}\n`);
  }
}
