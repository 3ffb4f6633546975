import { AsyncLocalStorage } from 'node:async_hooks';
import { inspect } from 'node:util';

/** The call of a pipeline's code that an error came from. */
export interface UserCall {
  /** Names the code in messages: `Function summary: its processor`. */
  readonly what: string;
  /** Fails the call with an error; null once the call has ended. */
  fail: ((error: unknown) => void) | null;
}

/** Receives the names of the code and of the error: `Function summary: its processor`, `a TypeError`. */
export type UnhandledErrorListener = (what: string, errorName: string) => void;

const calls = new AsyncLocalStorage<UserCall>();
let notify: UnhandledErrorListener = (what, errorName) =>
  process.emitWarning(`${what} threw ${errorName} outside of its call`);
let isListening = false;

/**
 * Runs a call of a pipeline's code. Errors that nothing in that code handles, thrown in a timer or in a promise without an
 * `await`, fail the call while it runs. Later ones go to the listener. Without this they would end the process and all other
 * work with it.
 */
export function catchUnhandledErrors<T>(call: UserCall, run: () => T): T {
  if (!isListening) listen();
  return calls.run(call, run);
}

/** Sets the listener for unhandled errors that occur after their call has ended. */
export function onUnhandledError(listener: UnhandledErrorListener): void {
  notify = listener;
}

/** `a TypeError`: the name of a thrown error. Not its message, which may quote a document. */
export function nameOfError(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  return /^[A-Z]\w{0,63}$/.test(name) ? `a ${name}` : 'something';
}

function listen(): void {
  isListening = true;
  process.on('unhandledRejection', (reason) => {
    if (!belongsToUserCall(reason) && process.listenerCount('unhandledRejection') === 1) throw reason;
  });
  process.on('uncaughtException', (error) => {
    if (belongsToUserCall(error) || process.listenerCount('uncaughtException') > 1) return;
    // What Node does without a listener.
    process.stderr.write(`${inspect(error)}\n`);
    process.exit(1);
  });
}

function belongsToUserCall(error: unknown): boolean {
  const call = calls.getStore();
  if (call === undefined) return false;
  if (call.fail === null) notify(call.what, nameOfError(error));
  else call.fail(error);
  return true;
}
