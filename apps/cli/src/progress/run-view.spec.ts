import { describe, expect, it } from '@jest/globals';
import type { RunReport, Waiting } from '@batchmill/service';
import { textColumns } from '../show/fit-line.js';
import { noPaint } from '../show/paint.js';
import { momentOfRun, runReport } from '../testing/run-report.js';
import { progressLine } from './plain-display.js';
import { bar, runView } from './run-view.js';

const now = momentOfRun(245_000);
const at = (ms: number): string => new Date(momentOfRun(ms)).toISOString();
const none = { built: 0, submitted: 0, settled: 0, ended: 0 };

function view(report: RunReport, waiting: Waiting | null = null, columns = 79): string[] {
  return runView({ report, waiting, now }, { columns, paint: noPaint });
}

const refused: Waiting = {
  since: at(120_000),
  message: 'createBatch of first.c1.b1: the provider refuses the account (401)',
};
const idle: Waiting = {
  since: at(120_000),
  message: 'nothing moves and batch-submitter has work: does it run? Start it with: batchmill serve batch-submitter',
};

const requested = runReport({ status: 'requested', startedAt: null, endpoint: null }, {}, { requestedAt: at(241_000) });
const started = runReport({}, { claimed: 250 });
const firstPoll = runReport(
  { requests: 4116 },
  { scanEnded: true, claimed: 4116, submitted: 4116, batches: { ...none, submitted: 17 } },
  { atProviderSince: at(200_000), nextPollAt: at(249_000), windowEndsAt: at(86_600_000) },
);
const full = runReport(
  { requests: 4116 },
  {
    claimed: 4116,
    expected: 100_000,
    built: 1200,
    submitted: 2916,
    batches: { ...none, built: 5, submitted: 12 },
  },
  {
    atProviderSince: at(200_000),
    nextPollAt: at(249_000),
    waits: [
      {
        for: 'queue',
        says: [
          'queue full: 2.9 of 3.0 M tokens of text-embedding-3-small',
          'next room in about 40 min',
          '4 batches to send',
        ],
        since: at(200_000),
        until: at(2_645_000),
        batches: 4,
        model: 'text-embedding-3-small',
        queue: { held: 2_900_000, limit: 3_000_000, unit: 'tokens' },
      },
    ],
  },
);
const halfDone = runReport(
  {
    requests: 4146,
    tokens: { input: 512_345, output: 0 },
    cost: { usd: 0.0056, synchronousUsd: 0.0112, savedUsd: 0.0056 },
    errors: [
      { code: 'provider.refusal', requests: 9, message: 'The model refused to answer' },
      { code: 'answer.not-json', requests: 3, message: 'The answer is no JSON' },
    ],
  },
  {
    scanEnded: true,
    claimed: 4116,
    processed: 2040,
    built: 120,
    submitted: 1956,
    doneAtProvider: 800,
    settled: 250,
    answered: 2041,
    givenUp: 12,
    retrying: 30,
    batches: { built: 1, submitted: 8, settled: 1, ended: 8 },
  },
  {
    atProviderSince: at(60_000),
    nextPollAt: at(257_000),
    windowEndsAt: at(86_600_000),
    retryAt: at(800_000),
    forecast: {
      early: at(365_000),
      median: at(545_000),
      late: at(9_000_000),
      batches: 8,
      says: ['done in about 5 min', '80 % between 2 min and 2 h 25', 'by 8 batches that have ended'],
    },
  },
);
const stuck = runReport(
  { requests: 4116 },
  {
    claimed: 4116,
    submitted: 1956,
    answered: 2040,
    parked: 2,
    held: 1,
    idle: 3,
    batches: { ...none, submitted: 8, ended: 8 },
  },
  { atProviderSince: at(60_000), nextPollAt: at(245_000) },
);
const paused = runReport({ pausedAt: at(100_000) }, { claimed: 25, scanEnded: true });
const retrying = runReport(
  { requests: 4116 },
  { scanEnded: true, claimed: 4116, processed: 4086, answered: 4086, retrying: 30, batches: { ...none, ended: 18 } },
  { retryAt: at(300_000) },
);

it('M1: shows each kind of thing on a line of its own, with failures, retries, the end and the cost', () => {
  expect(view(halfDone)).toEqual([
    'running    annual-reports, embeddings · run first · 4m 5s · 10:04:05 UTC',
    'documents  █████████░░░░░░░░░░ 49% · 2,040 of 4,116 processed',
    'requests   1,956 at the provider · 2,041 answered · 30 retrying · 12 failed',
    'batches    1 to submit · 8 at the provider · 1 ingesting · 8 of 18 ended',
    'working    submitting 1 batch, ingesting 1 batch · next poll in 12s',
    'retrying   30 requests · the first are due in 9m 15s',
    'failed     12 requests: 9 provider.refusal, 3 answer.not-json',
    'end        done in about 5 min, 80 % between 2 min and 2 h 25',
    'cost       $0.0056 so far, $0.0056 saved · 512,345 tokens in, 0 out',
  ]);
});

describe('Y5: what a run waits for is shown, since when, and when it goes on', () => {
  const waitOf = (report: RunReport, waiting: Waiting | null = null): string[] => {
    const lines = view(report, waiting);
    const from = lines.findIndex((line, index) => index > 0 && /^(waiting|working|paused)/.test(line));
    const more = lines.slice(from + 1).findIndex((line) => !line.startsWith(' '));
    return lines.slice(from, from + 1 + more);
  };

  it('a stage that takes the run', () => {
    expect(waitOf(requested)).toEqual(['waiting    for a chunk-scanner to take the run since 10:04:01 (4s)']);
  });

  it('the provider, with the next poll and the end of the completion window', () => {
    expect(waitOf(firstPoll)).toEqual([
      'waiting    for the provider since 10:03:20 (45s) · next poll in 4s',
      '           it has until 2026-01-02 10:03',
    ]);
  });

  it('M1: room in the queue of the provider, in numbers, with what else is done', () => {
    expect(waitOf(full)).toEqual([
      'waiting    queue full: 2.9 of 3.0 M tokens of text-embedding-3-small',
      '           next room in about 40 min, 4 batches to send · submitting 1 batch',
      '           next poll in 4s',
    ]);
    expect(progressLine({ report: full, waiting: null, now }, { columns: 200, paint: noPaint }).text).toContain(
      'waiting queue full: 2.9 of 3.0 M tokens of text-embedding-3-small',
    );
  });

  it('an answer to the trial', () => {
    const trial = runReport(
      { requests: 25 },
      { claimed: 25, submitted: 25, awaitsTrial: true, batches: { ...none, submitted: 1 } },
      { atProviderSince: at(200_000), nextPollAt: at(249_000) },
    );

    expect(waitOf(trial)).toEqual(['waiting    for an answer to the trial since 10:03:20 (45s) · next poll in 4s']);
    expect(view(trial)[1]).toMatch(/ 0 of 25 processed in the trial$/);
  });

  it('the time of a retry', () => {
    expect(waitOf(retrying)).toEqual(['waiting    for the retry of 30 requests · due in 55s']);
  });

  it('a provider that refuses, in the words of the provider', () => {
    expect(waitOf(firstPoll, refused)).toEqual([
      'waiting    since 10:02:00 (2m 5s): createBatch of first.c1.b1: the provider',
      '           refuses the account (401)',
    ]);
  });

  it('a stage that does not run, with the command that starts it', () => {
    expect(waitOf(firstPoll, idle)).toEqual([
      'waiting    since 10:02:00 (2m 5s): nothing moves and batch-submitter has work:',
      '           does it run? Start it with: batchmill serve batch-submitter',
    ]);
  });

  it('R10: a paused run, with the command that resumes it', () => {
    expect(waitOf(paused)).toEqual(['paused     since 10:01:40 (2m 25s); resume it with: batchmill runs resume first']);
  });

  it('R3: a person, for what is parked, held or idle', () => {
    expect(view(stuck)).toEqual(
      expect.arrayContaining([
        'parked     2 records: batchmill parked list',
        'held       1 batch: batchmill batch list --run first',
        'idle       3 batches: batchmill batch list --run first',
      ]),
    );
  });

  it('nothing: what is done is shown', () => {
    expect(waitOf(started)).toEqual(['working    taking documents']);
  });
});

it('a run that has not ended is never shown as done to 100 percent', () => {
  const almost = { scanEnded: true, claimed: 4116, processed: 4116 };

  expect(view(runReport({}, almost))[1]).toMatch(/█░ 99% · 4,116 of 4,116 processed$/);
  expect(view(runReport({}, { ...almost, scanEnded: false }))[1]).toBe('documents  4,116 of 4,116 processed so far');
  expect(view(runReport({ status: 'finished', finishedAt: at(100_000) }, almost))[1]).toMatch(/██ 100% /);
});

it('M1: without a basis the end is said to be unknown, and why', () => {
  const noForecast = 'no batch of text-embedding-3-small has ended yet';
  const unknown = { ...firstPoll, outlook: { ...firstPoll.outlook, noForecast } };

  expect(view(unknown)).toContain(`end        no forecast: ${noForecast}`);
  expect(view(firstPoll).some((line) => line.startsWith('end'))).toBe(false);
});

describe('at every width from 40 to 200 columns', () => {
  const long = {
    pipeline: '年次報告書のパイプライン🎉と長い名前',
    runId: 'first-20260101-年次報告書-with-a-name-that-is-long',
  };
  const shown = [requested, started, firstPoll, full, halfDone, stuck, paused, retrying].flatMap((report) => {
    return [report, { ...report, ...long }].flatMap((each) => [null, refused, idle].map((why) => [each, why] as const));
  });
  const widths = Array.from({ length: 161 }, (_, index) => 40 + index);
  const linesOf = ([report, waiting]: (typeof shown)[number], columns: number): string[] => {
    const line = progressLine({ report, waiting, now }, { columns, paint: noPaint }).text;
    return [...view(report, waiting, columns), line];
  };
  const numbersOf = (lines: readonly string[]): string[] => lines.join('\n').match(/\d[\d,.:]*\d|\d/g) ?? [];

  it('no line is wider', () => {
    const wider = widths.flatMap((columns) => {
      return shown.flatMap((each) => linesOf(each, columns)).filter((text) => textColumns(text) > columns);
    });

    expect(wider).toEqual([]);
  });

  it('no number is cut', () => {
    const cut = shown
      .filter(([{ runId }]) => runId === 'first')
      .flatMap((each) => {
        const whole = new Set(numbersOf(linesOf(each, 1000)));
        return widths.flatMap((columns) => numbersOf(linesOf(each, columns)).filter((number) => !whole.has(number)));
      });

    expect(cut).toEqual([]);
  });

  it('the status, the documents and what the run waits for are always shown', () => {
    for (let columns = 40; columns <= 200; columns += 1) {
      const text = view(firstPoll, null, columns).join('\n');

      expect(text).toMatch(/^running[^]*0 of 4,116 processed[^]*waiting    for the provider[^]*next poll in 4s/);
    }
  });
});

it.each([
  [0, '░░░░'],
  [0.001, '█░░░'],
  [0.5, '██░░'],
  [0.999, '███░'],
  [1, '████'],
])('a share of %d is shown as the bar %s', (share, drawn) => {
  expect(bar(share, 4)).toBe(drawn);
});
