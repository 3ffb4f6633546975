import { LiquidError } from 'liquidjs';

/** The engine's message for an output that is not closed before the next one begins. */
const unclosed = 'expected "|" before filter';

/** A template that does not parse. */
export class TemplateSyntaxError extends Error {
  readonly line: number | null;

  constructor(caught: unknown, line = lineOf(caught)) {
    const message = caught instanceof Error ? caught.message : String(caught);
    const reason = message.replace(/, (?:file:.*, )?line:\d+, col:\d+$/s, '');
    super(reason === unclosed ? `${reason} (is a {{ not closed by }}?)` : reason, { cause: caught });
    this.line = line;
  }
}

/** The line of a template at which the engine threw, from 1; null when the error has none. */
export function lineOf(caught: unknown): number | null {
  return LiquidError.is(caught) ? (caught.token.getPosition()[0] ?? null) : null;
}
