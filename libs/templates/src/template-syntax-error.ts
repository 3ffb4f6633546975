import { LiquidError } from 'liquidjs';

/** What the engine says where an output runs on into the text behind it. */
const unclosed = 'expected "|" before filter';

/** A template that does not parse. */
export class TemplateSyntaxError extends Error {
  readonly line: number | null;

  constructor(caught: unknown, line = lineOf(caught)) {
    const told = caught instanceof Error ? caught.message : String(caught);
    const reason = told.replace(/, (?:file:.*, )?line:\d+, col:\d+$/s, '');
    super(reason === unclosed ? `${reason} (is a {{ there without its }}?)` : reason, { cause: caught });
    this.line = line;
  }
}

/** The line of a template at which the engine threw, from 1; null when it does not say. */
export function lineOf(caught: unknown): number | null {
  return LiquidError.is(caught) ? (caught.token.getPosition()[0] ?? null) : null;
}
