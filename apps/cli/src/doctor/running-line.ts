import { sanitizeLine, terminalColumns, type Terminal } from '../show/terminal.js';

const intervalMs = 1_000;

/** One line at the end of a terminal that names the checks that take longer than a second. Elsewhere it shows nothing. */
export class RunningLine {
  #titles: readonly string[] = [];
  #isShown = false;
  readonly #timer: NodeJS.Timeout | null;

  constructor(private readonly terminal: Terminal) {
    const isLive = terminal.isTTY === true && process.env['TERM'] !== 'dumb';
    this.#timer = isLive ? setInterval(() => this.#show(), intervalMs) : null;
  }

  set titles(titles: readonly string[]) {
    this.#titles = titles;
  }

  /** Removes the line, so that something else can be printed. */
  clear(): void {
    if (this.#isShown) this.terminal.write('\r\u001b[K');
    this.#isShown = false;
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.clear();
  }

  #show(): void {
    this.clear();
    if (this.#titles.length === 0) return;
    const line = sanitizeLine(`trying: ${this.#titles.join(', ')} …`);
    // One column less: on some terminals a line that fills the last column moves the cursor.
    this.terminal.write(line.slice(0, terminalColumns(this.terminal) - 1));
    this.#isShown = true;
  }
}
