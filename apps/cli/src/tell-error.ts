import type { Output } from './shell.js';

/** One line for what somebody can put right; the stack only for what nobody foresaw. */
export function tellError(err: Output, error: unknown): void {
  if (error instanceof Error && isKnown(error)) {
    err.write(`error: ${error.message}\n`);
    return;
  }
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  err.write(`error: nobody foresaw this; please report it\n${told}\n`);
}

/** Errors of our catalogues carry a code with a dot in it; those of Node and of libraries do not. */
function isKnown(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^[a-z-]+\.[a-z-]+$/.test(error.code);
}
