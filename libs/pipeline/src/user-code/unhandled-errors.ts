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
    if (!belongsToUserCall(reason) && process.listenerCount('unhandledRejection') === 1) asNodeDoes(reason);
  });
  process.on('uncaughtException', (error) => {
    if (belongsToUserCall(error) || process.listenerCount('uncaughtException') > 1) return;
    // What Node does without a listener.
    process.stderr.write(`${inspect(error)}\n`);
    process.exit(1);
  });
}

/**
 * What Node does with a rejection that nobody listens for, according to its flag. With `strict` it has thrown it already, with
 * `warn` it warns by itself, and with `none` it does nothing: https://nodejs.org/api/cli.html#--unhandled-rejectionsmode
 */
function asNodeDoes(reason: unknown): void {
  const mode = modeOfRejections();
  if (mode === 'throw') throw reason;
  if (mode !== 'warn-with-error-code') return;
  process.emitWarning(inspect(reason), 'UnhandledPromiseRejectionWarning');
  process.exitCode = 1;
}

/** Flags of the command line win over those of NODE_OPTIONS, and the last one wins. */
function modeOfRejections(): string {
  // eslint-disable-next-line no-restricted-properties -- Node's own options, not a setting of ours
  const flags = `${process.env['NODE_OPTIONS'] ?? ''} ${process.execArgv.join(' ')}`;
  return [...flags.matchAll(/--unhandled-rejections[= ](\S+)/g)].at(-1)?.[1] ?? 'throw';
}

function belongsToUserCall(error: unknown): boolean {
  const call = calls.getStore();
  if (call === undefined) return false;
  if (call.fail === null) notify(call.what, nameOfError(error));
  else call.fail(error);
  return true;
}
