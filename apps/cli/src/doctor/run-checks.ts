import { setTimeout as sleep } from 'node:timers/promises';
import type { Check, CheckContext } from './check.js';
import { failed, skipped, type Finding } from './finding.js';
import { troubleOf } from './trouble-of.js';

export interface CheckResult {
  readonly check: Check;
  readonly findings: readonly Finding[];
  /** False: it was not tried, it threw, or it took too long. Then the checks after it are not tried. */
  readonly isDone: boolean;
}

/** A check of a server that hangs is over by then. Those that wait for it begin after that. */
const defaultLimitMs = 15_000;

/**
 * Starts every check at once, except those that depend on another one, which follow it. Yields the results in the order of the
 * list. A check that throws or takes too long does not stop the others. `running` gets the checks that run, at each change.
 */
export async function* runChecks(
  checks: readonly Check[],
  context: CheckContext,
  { limitMs = defaultLimitMs, running = () => undefined }: RunOptions = {},
): AsyncGenerator<CheckResult, void, undefined> {
  const now = new Set<Check>();
  const results = new Map<string, Promise<CheckResult>>();
  for (const check of checks) {
    const before = check.after(context.settings).map((name) => resultNamed(name, results));
    const result = Promise.all(before).then(async (done) => {
      now.add(check);
      running([...now]);
      const notTried = reasonToSkip(check, done, context);
      const result = notTried === null ? await resultOf(check, context, limitMs) : notDone(check, notTried);
      now.delete(check);
      running([...now]);
      return result;
    });
    results.set(check.name, result);
  }
  for (const result of results.values()) yield await result;
}

interface RunOptions {
  readonly limitMs?: number;
  readonly running?: (checks: readonly Check[]) => void;
}

function resultNamed(name: string, results: ReadonlyMap<string, Promise<CheckResult>>): Promise<CheckResult> {
  const result = results.get(name);
  if (result === undefined) throw new Error(`a check depends on "${name}", which is not before it in the list`);
  return result;
}

/** Null: it is tried. */
function reasonToSkip(
  { title, settingGroups }: Check,
  before: readonly CheckResult[],
  context: CheckContext,
): Finding | null {
  const wrong = context.problems.find(({ group }) => group !== null && settingGroups.includes(group));
  if (wrong !== undefined) return skipped(`${title(context.settings)}: not tried, ${wrong.name} is wrong`);
  const first = before.find(({ isDone }) => !isDone);
  return first === undefined
    ? null
    : skipped(`${title(context.settings)}: not tried, because of the ${first.check.name} above`);
}

async function resultOf(check: Check, context: CheckContext, limitMs: number): Promise<CheckResult> {
  const over = new AbortController();
  const done = new AbortController();
  const late = sleep(limitMs, undefined, { signal: done.signal }).then(() =>
    notDone(check, lateFinding(check, context, limitMs)),
  );
  late.catch(() => undefined); // the check came first
  // A check that throws at once rejects here, too.
  const findings = Promise.resolve().then(() => check.run(context, over.signal));
  try {
    return await Promise.race([findings.then((found) => ({ check, findings: found, isDone: true })), late]);
  } catch (error) {
    return notDone(check, failed(check.title(context.settings), troubleOf(error, check.setting)));
  } finally {
    done.abort();
    over.abort();
  }
}

function notDone(check: Check, finding: Finding): CheckResult {
  return { check, findings: [finding], isDone: false };
}

function lateFinding({ title, setting }: Check, { settings }: CheckContext, limitMs: number): Finding {
  return failed(title(settings), {
    reason: `it did not come to an end within ${limitMs / 1000} s`,
    remedy: `see whether a firewall drops the connection, and whether the server hangs; its address is in ${setting}`,
  });
}
