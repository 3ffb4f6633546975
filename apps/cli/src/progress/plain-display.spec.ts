import { beforeEach, describe, expect, it } from '@jest/globals';
import type { RunReport } from '@batchmill/service';
import { Writable } from 'node:stream';
import { noPaint } from '../show/paint.js';
import { momentOfRun, runReport } from '../testing/run-report.js';
import { PlainDisplay, progressLine } from './plain-display.js';

class FakeFile extends Writable {
  readonly lines: string[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.lines.push(chunk.toString());
    done();
  }
}

describe('the progress in a file or a pipe', () => {
  let ms: number;
  let file: FakeFile;
  let display: PlainDisplay;
  beforeEach(() => {
    ms = 0;
    file = new FakeFile();
    display = new PlainDisplay(file, () => momentOfRun(ms));
  });

  const at = (when: number, answered: number, submitted = 0): void => {
    ms = when;
    display.show(runReport({ requests: 10 }, { answered, submitted, claimed: 10, processed: answered }));
  };

  it('something new is printed at once with the time, numbers that change every five seconds', () => {
    at(0, 0);
    at(250, 0, 10);
    at(500, 1, 9);
    at(750, 2, 8);
    at(5_300, 3, 7);

    expect(file.lines).toEqual([
      '2026-01-01 10:00:00 running · documents: 0 of 10 processed so far · requests: 0 answered · $0.00 · 0s\n',
      '2026-01-01 10:00:00 running · documents: 0 of 10 processed so far · requests: 10 at the provider, 0 answered · $0.00 · 0s\n',
      '2026-01-01 10:00:05 running · documents: 3 of 10 processed so far · requests: 7 at the provider, 3 answered · $0.00 · 5s\n',
    ]);
  });

  it('while nothing changes a line is printed after a minute, and then after longer and longer', () => {
    for (let second = 0; second <= 3_600; second += 1) at(second * 1000, 0, 10);

    const elapsed = file.lines.map((line) => line.split(' · ').at(-1));
    expect(elapsed).toEqual(['0s\n', '1m 0s\n', '3m 0s\n', '7m 0s\n', '15m 0s\n', '30m 0s\n', '45m 0s\n', '1h 0m\n']);
  });

  it('what changes with time alone, such as the next poll and the time of a retry, is no change', () => {
    for (let second = 0; second < 60; second += 1) {
      ms = second * 1000;
      const outlook = { retryAt: new Date(momentOfRun(90_000)).toISOString() };
      display.show(runReport({ requests: 10 }, { scanEnded: true, answered: 8, retrying: 2, claimed: 10 }, outlook));
    }

    expect(file.lines).toHaveLength(1);
    expect(file.lines[0]).toContain(' waiting for the retry of 2 requests · $0.00 · 0s · due in 1m 30s\n');
  });

  it('the last numbers are printed at the end', () => {
    at(0, 0, 10);
    at(1_000, 5, 10);
    at(2_000, 10, 10);
    display.end();
    display.end();

    expect(file.lines.at(-1)).toContain('10 answered');
    expect(file.lines).toHaveLength(2);
  });

  it('Y5: a wait that lasts is printed with the time, and so is its end', () => {
    const waiting = { since: '2026-01-01T10:00:00.000Z', message: 'listBatches: no answer (ECONNREFUSED)' };
    for (const second of [1, 5, 6]) {
      ms = second * 1000;
      display.wait(waiting);
    }
    display.wait(null);

    expect(file.lines).toEqual([
      '2026-01-01 10:00:05 waiting since 2026-01-01 10:00:00: listBatches: no answer (ECONNREFUSED)\n',
      '2026-01-01 10:00:06 goes on\n',
    ]);
  });

  it('R10: each pause is printed once, with how to resume the run', () => {
    const paused = runReport({ pausedAt: '2026-01-01T10:00:30.000Z' });
    for (const report of [paused, paused]) display.show(report);

    expect(
      file.lines.filter((line) => line.includes('paused; resume it with: batchmill runs resume first')),
    ).toHaveLength(1);
  });
});

describe('progressLine', () => {
  const now = momentOfRun(65_000);
  const line = (report: RunReport, columns = 200): string => {
    return progressLine({ report, waiting: null, now }, { columns, paint: noPaint }).text;
  };

  it('names what it counts: documents, then where the requests are, then the cost and the time', () => {
    const report = runReport(
      { requests: 1500, cost: { usd: 0.5, synchronousUsd: 1, savedUsd: 0.5 } },
      { claimed: 1500, processed: 9, built: 1, submitted: 2, settled: 3, answered: 4, givenUp: 5, parked: 6 },
    );

    expect(line(report)).toBe(
      '2026-01-01 10:01:05 running · documents: 9 of 1,500 processed so far · requests: 1 to submit, 2 at the provider, 3 ingesting, 4 answered, 5 failed · 6 parked · $0.5000 · 1m 5s',
    );
  });

  it('leaves out the numbers that are 0', () => {
    const { progress, outlook } = runReport();

    expect(line(runReport({ status: 'requested', startedAt: null }, progress, outlook))).toBe(
      '2026-01-01 10:01:05 requested · documents: none taken yet · waiting for a chunk-scanner to take the run since 10:00:00 · $0.00',
    );
  });

  it('the time of a run that has ended does not grow', () => {
    const ended = runReport({ status: 'finished', finishedAt: new Date(momentOfRun(3_000)).toISOString() });

    expect(line(ended)).toMatch(/ · 3s$/);
  });

  it('R10: shows that a run is paused', () => {
    const paused = runReport({ pausedAt: '2026-01-01T10:00:30.000Z', requests: 2 }, { submitted: 2 });

    expect(line(paused)).toMatch(/^2026-01-01 10:01:05 paused .* 2 at the provider/);
  });
});
