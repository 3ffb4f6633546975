import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';
import { nameOfError } from './name-of-error.js';

/** Which call of a pipeline's code something came from. */
export interface Origin {
  /** `Function summary: its processor` */
  readonly what: string;
  /** Ends the call with an error; null once it has ended. */
  fail: ((error: unknown) => void) | null;
}

/** Which code threw what, by its name: `Function summary: its processor`, `a TypeError`. */
export type UnhandledErrorListener = (what: string, threw: string) => void;

const origins = new AsyncLocalStorage<Origin>();
let hear: UnhandledErrorListener = (what, threw) =>
  process.emitWarning(`${what} threw ${threw} where nobody waited for it`);
let isListening = false;

/**
 * Runs a call of a pipeline's code. What it throws where nobody waits for it, in a timer or in a promise without an
 * `await`, fails this call as long as it lasts, and is only heard of after that: it would end the process, and with it the
 * work of all others.
 */
export function runFrom<T>(origin: Origin, call: () => T): T {
  if (!isListening) listen();
  return origins.run(origin, call);
}

/** From here on `listener` hears of what came when its call had ended. */
export function onUnhandledError(listener: UnhandledErrorListener): void {
  hear = listener;
}

function listen(): void {
  isListening = true;
  process.on('unhandledRejection', (reason) => {
    if (!isTaken(reason) && process.listenerCount('unhandledRejection') === 1) throw reason;
  });
  process.on('uncaughtException', (error) => {
    if (isTaken(error) || process.listenerCount('uncaughtException') > 1) return;
    // As it is without us.
    process.stderr.write(`${inspect(error)}\n`);
    process.exit(1);
  });
}

function isTaken(error: unknown): boolean {
  const origin = origins.getStore();
  if (origin === undefined) return false;
  if (origin.fail === null) hear(origin.what, nameOfError(error));
  else origin.fail(error);
  return true;
}
