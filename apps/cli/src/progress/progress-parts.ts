import type { RunReport, WaitReport, Waiting } from '@batchmill/service';
import { cutText, type Part } from '../show/fit-line.js';
import { sanitizeLine } from '../show/terminal.js';
import { formatCount, formatDuration, formatQuantity, formatUsd, formatWhen } from '../show/format.js';
import type { Style } from '../show/paint.js';

/** What is shown of a run, and when. */
export interface Shown {
  readonly report: RunReport;
  /** Why it does not go on; null: it does. */
  readonly waiting: Waiting | null;
  readonly now: number;
}

export function statusOf({ report: { status, pausedAt }, waiting }: Shown): { text: string; style: Style } {
  if (pausedAt !== null) return { text: 'paused', style: 'yellow' };
  if (status === 'parked' || status === 'held' || status === 'incomplete') return { text: status, style: 'yellow' };
  if (status === 'rejected') return { text: status, style: 'red' };
  if (status === 'finished') return { text: status, style: 'green' };
  return { text: status, style: waiting === null ? 'cyan' : 'yellow' };
}

export function nameOf({ pipeline, endpoint }: RunReport, columns: number): string {
  if (pipeline === null) return '';
  return cutText(endpoint === null ? pipeline : `${pipeline}, ${endpoint}`, columns);
}

export function elapsedOf({ report: { startedAt, finishedAt }, now }: Shown): string {
  if (startedAt === null) return '';
  const until = finishedAt === null ? now : Date.parse(finishedAt);
  return formatDuration(Math.max(0, until - Date.parse(startedAt)));
}

/** Of the documents, those that have ended. Below 100 until the run has ended. Null: not all are taken yet, so it would go down. */
export function percentOf({ progress: { claimed, processed, scanEnded }, finishedAt }: RunReport): number | null {
  if (claimed === 0 || !scanEnded) return null;
  const percent = Math.floor((Math.min(processed, claimed) / claimed) * 100);
  return finishedAt === null ? Math.min(99, percent) : percent;
}

export function documentParts({ progress }: RunReport): Part[] {
  const { claimed, processed, scanEnded, awaitsTrial, expected } = progress;
  const all: Part[] =
    scanEnded || expected === null ? [] : [{ text: `${formatCount(Math.max(expected, claimed))} in all`, weight: 5 }];
  if (claimed === 0) return [{ text: scanEnded ? 'none' : 'none taken yet', weight: 9 }, ...all];
  const taken = awaitsTrial ? 'in the trial' : scanEnded ? '' : 'so far';
  return [
    { text: `${formatCount(processed)} of ${formatCount(claimed)} processed`, weight: 9 },
    { text: taken, weight: 6, glue: ' ' },
    ...all,
  ];
}

export function requestParts({ progress, requests }: RunReport): Part[] {
  const { built, submitted, doneAtProvider, settled, answered, givenUp, retrying } = progress;
  if (requests === 0) return [{ text: 'none built yet', weight: 1 }];
  const part = (count: number, text: string, weight: number, style?: Style): Part[] => {
    return count === 0 ? [] : [{ text: `${formatCount(count)} ${text}`, weight, ...(style && { style }) }];
  };
  return [
    ...part(built, 'to submit', 3),
    ...part(submitted, 'at the provider', 6),
    ...(submitted > 0 ? part(doneAtProvider, 'done there', 1).map((each) => ({ ...each, glue: ', ' })) : []),
    ...part(settled, 'ingesting', 4),
    { text: `${formatCount(answered)} answered`, weight: 7 },
    ...part(retrying, 'retrying', 8, 'yellow'),
    ...part(givenUp, 'failed', 9, 'red'),
  ];
}

export function batchParts({ progress: { batches } }: RunReport): Part[] {
  const { built, submitted, settled, ended } = batches;
  const all = built + submitted + settled + ended;
  if (all === 0) return [{ text: 'none built yet', weight: 1 }];
  return [
    ...(built > 0 ? [{ text: `${formatCount(built)} to submit`, weight: 3 }] : []),
    ...(submitted > 0 ? [{ text: `${formatCount(submitted)} at the provider`, weight: 6 }] : []),
    ...(settled > 0 ? [{ text: `${formatCount(settled)} ingesting`, weight: 4 }] : []),
    { text: `${formatCount(ended)} of ${formatCount(all)} ended`, weight: 7 },
  ];
}

/** The most frequent codes first. */
export function failureParts({ progress: { givenUp }, errors }: RunReport): Part[] {
  if (givenUp === 0) return [];
  return [
    { text: formatQuantity(givenUp, 'request'), weight: 99, style: 'red' },
    ...errors.map(({ code, requests }, index) => {
      return {
        text: `${formatCount(requests)} ${code}`,
        weight: 98 - Math.min(index, 90),
        glue: index === 0 ? ': ' : ', ',
      };
    }),
  ];
}

/** Requests that wait for their time. */
export function retryParts({ report: { progress, outlook }, now }: Shown): Part[] {
  const { retryAt } = outlook;
  if (progress.retrying === 0 || retryAt === null) return [];
  return [
    { text: formatQuantity(progress.retrying, 'request'), weight: 9, style: 'yellow' },
    { text: `the first are due ${inTime(retryAt, now)}`, weight: 8 },
  ];
}

export function pollPart({ report: { outlook }, now }: Shown, weight: number): Part[] {
  const { nextPollAt } = outlook;
  return nextPollAt === null ? [] : [{ text: `next poll ${inTime(nextPollAt, now)}`, weight }];
}

/** When it is done, by the forecast, and why there is none. */
export function endParts({ report: { outlook, finishedAt }, now }: Shown): Part[] {
  const { forecast, noForecast } = outlook;
  if (finishedAt !== null) return [];
  if (forecast === null) {
    return noForecast === null ? [] : [{ text: `no forecast: ${sanitizeLine(noForecast)}`, weight: 8 }];
  }
  const [done = '', ...more] = forecast.says;
  return [
    { text: done, weight: 9 },
    ...more.map((text, index): Part => ({ text, weight: 8 - 2 * index, glue: ', ' })),
    { text: `at ${formatWhen(forecast.median, now)}`, weight: 5 },
  ];
}

/** What a wait says: the first words are never left out. */
export function waitParts({ says }: WaitReport): Part[] {
  return says.map((text, index): Part => {
    return { text: sanitizeLine(text), weight: Math.max(1, 9 - index), ...(index > 0 && { glue: ', ' }) };
  });
}

/** Whether the deadline will be met, and what it has taken. */
export function deadlineParts({ report: { deadline, finishedAt }, now }: Shown): Part[] {
  if (deadline === null || finishedAt !== null) return [];
  const { at, lateByMs, synchronousRequests, extraUsd } = deadline;
  return [
    { text: `${formatWhen(at, now)}, ${inTime(at, now)}`, weight: 8 },
    ...(lateByMs > 0
      ? [{ text: `cannot be met: ${formatDuration(lateByMs)} too late`, weight: 9, style: 'red' } as const]
      : []),
    ...(synchronousRequests > 0
      ? [
          { text: `${formatQuantity(synchronousRequests, 'request')} sent synchronously`, weight: 7 },
          { text: `${formatUsd(extraUsd)} more so far`, weight: 6 },
        ]
      : []),
  ];
}

export function costParts({ cost, tokens }: RunReport): Part[] {
  if (cost.usd === null) return [{ text: 'the price is not known', weight: 9 }, ...tokenParts(tokens)];
  return [
    { text: `${formatUsd(cost.usd)} so far`, weight: 9 },
    ...(cost.savedUsd === null ? [] : [{ text: `${formatUsd(cost.savedUsd)} saved`, weight: 8, glue: ', ' }]),
    ...tokenParts(tokens),
  ];
}

function tokenParts({ input, output }: RunReport['tokens']): Part[] {
  return [
    { text: `${formatCount(input)} tokens in`, weight: 7 },
    { text: `${formatCount(output)} out`, weight: 6, glue: ', ' },
  ];
}

/** `in 12s`, or `now` when the time has come. */
export function inTime(at: string, now: number): string {
  const ms = Date.parse(at) - now;
  return ms <= 500 ? 'now' : `in ${formatDuration(ms)}`;
}
