import type { Fault } from '../faults/fault-injector.js';
import { isTimeForm } from '../http/present-time.js';
import type { BatchFaults } from './batch.js';

/** The faults of a batch, from the rules that fired when it was created. */
export interface DrawnFaults {
  readonly faults: BatchFaults;
  /** Simulated seconds of delay. */
  readonly extraSeconds: number;
}

/** `maxEnqueuedTokens` is the limit in the message when the rule names none. `nowMs` is simulated. */
export function drawBatchFaults(fired: readonly Fault[], maxEnqueuedTokens: number, nowMs: number): DrawnFaults {
  const stays = fired
    .filter(({ what }) => what === 'stay')
    .map(({ value }) => (typeof value === 'string' ? value : 'cancelling'));
  const forget = fired.find(({ what }) => what === 'forget');
  const failure = fired.find(({ what }) => what === 'status');
  const refused = fired.find(({ what }) => what === 'refused');
  const faults: BatchFaults = {
    ...(failure === undefined ? {} : { failCode: typeof failure.value === 'string' ? failure.value : 'server_error' }),
    ...(refused === undefined ? {} : { refusal: typeof refused.value === 'string' ? refused.value : 'invalid' }),
    ...named('tokenLimit', 'token-limit', maxEnqueuedTokens),
    ...named('expirePercent', 'expire', 50),
    ...named('stallPercent', 'stall', 0),
    ...named('lineStatus', 'no-output-file', 500),
    ...named('lateFilesSeconds', 'late-files', 30),
    ...shownOtherwise(fired),
    ...(stays.length === 0 ? {} : { stays }),
    ...(forget === undefined ? {} : { forgottenUntilMs: forgottenUntil(forget.value, nowMs) }),
  };
  const delay = fired.find(({ what }) => what === 'delay');
  return { faults, extraSeconds: Number(delay?.value ?? 0) };

  function named(name: keyof BatchFaults, what: Fault['what'], usual: number): BatchFaults {
    const fault = fired.find((one) => one.what === what);
    return fault === undefined ? {} : { [name]: Number(fault.value ?? usual) };
  }
}

/** How a batch is shown in another way than OpenAI's. */
function shownOtherwise(fired: readonly Fault[]): BatchFaults {
  const fault = (what: Fault['what']): Fault | undefined => fired.find((one) => one.what === what);
  const times = fault('times');
  const ownState = fault('own-state');
  return {
    ...(fault('no-counts') === undefined ? {} : { noCounts: true }),
    ...(fault('empty-ids') === undefined ? {} : { emptyIds: true }),
    ...(fault('upper-case') === undefined ? {} : { upperCase: true }),
    ...(fault('never-expires') === undefined ? {} : { neverExpires: true }),
    ...(ownState === undefined ? {} : { ownState: typeof ownState.value === 'string' ? ownState.value : 'preparing' }),
    ...(times === undefined ? {} : { times: isTimeForm(times.value) ? times.value : 'iso' }),
  };
}

function forgottenUntil(seconds: unknown, nowMs: number): number | null {
  return typeof seconds === 'number' ? nowMs + seconds * 1000 : null;
}
