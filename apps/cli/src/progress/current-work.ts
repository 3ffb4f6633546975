import type { RunReport } from '@batchmill/service';
import type { Part } from '../show/fit-line.js';
import { formatDuration, formatQuantity, formatWhen } from '../show/format.js';
import { sanitizeLine } from '../show/terminal.js';
import { inTime, pollPart, waitParts, type Shown } from './progress-parts.js';

/** What a run waits for, or what is done for it. */
export interface CurrentWork {
  readonly label: 'waiting' | 'paused' | 'working';
  readonly parts: readonly Part[];
  /** Why it does not go on, which may be long; null: it does. */
  readonly reason: string | null;
}

/** The first of these that is true: something is wrong, nobody has begun, it is paused, there is no room, work is done, the provider works. */
export function currentWork(shown: Shown): CurrentWork {
  const { report, waiting, now } = shown;
  const { status, pausedAt, progress, outlook } = report;
  const wait = (what: string, ...more: Part[]): CurrentWork => {
    return { label: 'waiting', parts: [{ text: `for ${what}`, weight: 9 }, ...more], reason: null };
  };
  if (waiting !== null) {
    return {
      label: 'waiting',
      parts: [],
      reason: `${sinceText(waiting.since, now)}: ${sanitizeLine(waiting.message)}`,
    };
  }
  if (status === 'requested') return wait('a chunk-scanner', takesRun, ...sinceOf(outlook.requestedAt, now));
  if (status === 'awaited') return wait('the request of the run', ...sinceOf(outlook.requestedAt, now));
  if (pausedAt !== null) {
    const why = report.pauseReason === null ? '' : `: ${sanitizeLine(report.pauseReason)}`;
    const resume = `resume it with: batchmill runs resume ${report.runId}`;
    return { label: 'paused', parts: [], reason: `${sinceText(pausedAt, now)}${why}; ${resume}` };
  }
  const [first] = outlook.waits;
  if (first?.for === 'queue' || first?.for === 'rate-limit') {
    const others = [...workOf(report, first.batches), ...pollPart(shown, 7)];
    return { label: 'waiting', parts: [...waitParts(first), ...others], reason: null };
  }
  const working = workOf(report, 0);
  if (working.length > 0) return { label: 'working', parts: [...working, ...pollPart(shown, 7)], reason: null };
  if (outlook.atProviderSince !== null) {
    const what = progress.awaitsTrial ? 'an answer to the trial' : 'the provider';
    const limit = outlook.windowEndsAt;
    const until: Part[] =
      limit === null || outlook.forecast !== null
        ? []
        : [{ text: `it has until ${formatWhen(limit, now)}`, weight: 5 }];
    return wait(what, ...sinceOf(outlook.atProviderSince, now), ...pollPart(shown, 7), ...until);
  }
  if (outlook.retryAt !== null) {
    const due = { text: `due ${inTime(outlook.retryAt, now)}`, weight: 7 };
    return wait(`the retry of ${formatQuantity(progress.retrying, 'request')}`, due);
  }
  const rest = progress.processed < progress.claimed ? 'building batches' : 'finishing the run';
  return { label: 'working', parts: [{ text: rest, weight: 9 }], reason: null };
}

const takesRun: Part = { text: 'to take the run', weight: 9, glue: ' ' };

/** What is done in this engine, not at the provider. `waiting`: batches that are to be submitted and find no room. */
function workOf({ progress }: RunReport, waiting: number): Part[] {
  const { scanEnded, awaitsTrial, batches } = progress;
  const submitting = batches.built - waiting;
  const texts = [
    // Of a full queue the scan takes no more than a few batches.
    ...(scanEnded || awaitsTrial || waiting > 0 ? [] : ['taking documents']),
    ...(submitting > 0 ? [`submitting ${formatQuantity(submitting, 'batch', 'batches')}`] : []),
    ...(batches.settled > 0 ? [`ingesting ${formatQuantity(batches.settled, 'batch', 'batches')}`] : []),
  ];
  return texts.map((text, index) => ({ text, weight: 8, ...(index > 0 && { glue: ', ' }) }));
}

function sinceOf(since: string, now: number): Part[] {
  return [
    { text: `since ${formatWhen(since, now)}`, weight: 8, glue: ' ' },
    { text: `(${formatDuration(Math.max(0, now - Date.parse(since)))})`, weight: 6, glue: ' ' },
  ];
}

/** `since 10:27:02 (4m 5s)` */
function sinceText(since: string, now: number): string {
  return sinceOf(since, now)
    .map(({ text }) => text)
    .join(' ');
}
