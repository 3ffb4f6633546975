/** Where a command writes. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What is around a command: where it writes, what it reads its settings from, how it is stopped. */
export interface Shell {
  /** What was asked for, and nothing else where it is JSON. */
  readonly out: Output;
  /** Everything else. */
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** From here on the first Ctrl-C aborts the signal, and a second one ends the process at once. */
  stopSignal(): AbortSignal;
}

export const exitCodes = { succeeded: 0, didNotRun: 1, someFailed: 3, stopped: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** True where lines can be drawn anew. */
export function isTerminal(output: Output, env: Shell['env']): boolean {
  return output.isTTY === true && env['TERM'] !== 'dumb';
}

export function writeLine(output: Output, text = ''): void {
  output.write(`${text}\n`);
}

export function writeJson(output: Output, value: unknown): void {
  output.write(`${JSON.stringify(value, null, 2)}\n`);
}
