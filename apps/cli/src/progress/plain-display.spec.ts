import { beforeEach, describe, expect, it } from '@jest/globals';
import { momentOfRun, runReport } from '../testing/run-report.js';
import { PlainDisplay, progressLine } from './plain-display.js';
import { runView } from './run-view.js';

describe('the progress in a file or a pipe', () => {
  let ms: number;
  let lines: string[];
  let display: PlainDisplay;
  beforeEach(() => {
    ms = 0;
    lines = [];
    display = new PlainDisplay({ write: (text: string) => lines.push(text) }, () => momentOfRun(ms));
  });

  const at = (when: number, answered: number, submitted = 0): void => {
    ms = when;
    display.show(runReport({}, { answered, submitted }));
  };

  it('something new is printed at once, numbers that change every five seconds', () => {
    at(0, 0);
    at(250, 0, 10);
    at(500, 1, 9);
    at(750, 2, 8);
    at(5_300, 3, 7);

    expect(lines).toEqual([
      'running: 0 claimed · 0 answered · $0.00 · 0s\n',
      'running: 0 claimed · 10 at the provider · 0 answered · $0.00 · 0s\n',
      'running: 0 claimed · 7 at the provider · 3 answered · $0.00 · 5s\n',
    ]);
  });

  it('while nothing changes a line is printed once a minute', () => {
    for (let second = 0; second <= 130; second += 1) at(second * 1000, 0, 10);

    expect(lines.map((line) => line.split(' · ').at(-1))).toEqual(['0s\n', '1m 0s\n', '2m 0s\n']);
  });

  it('the last numbers are printed at the end', () => {
    at(0, 0, 10);
    at(1_000, 5, 10);
    at(2_000, 10, 10);
    display.end();
    display.end();

    expect(lines.at(-1)).toContain('10 answered');
    expect(lines).toHaveLength(2);
  });
});

describe('progressLine', () => {
  const now = momentOfRun(65_000);

  it('shows where the requests are, what failed, the cost and the time', () => {
    const report = runReport(
      { cost: { usd: 0.5, synchronousUsd: 1, savedUsd: 0.5 } },
      { claimed: 1500, built: 1, submitted: 2, settled: 3, answered: 4, givenUp: 5, parked: 6 },
    );

    expect(progressLine(report, { columns: 200, now })).toBe(
      'running: 1,500 claimed · 1 to submit · 2 at the provider · 3 ingesting · 4 answered · 5 failed · 6 parked · $0.5000 · 1m 5s',
    );
  });

  it('leaves out the numbers that are 0', () => {
    expect(progressLine(runReport({ status: 'requested', startedAt: null }), { columns: 200, now })).toBe(
      'requested: 0 claimed · 0 answered · $0.00',
    );
  });

  it('the time of a run that has ended does not grow', () => {
    const ended = runReport({ status: 'finished', finishedAt: new Date(momentOfRun(3_000)).toISOString() });

    expect(progressLine(ended, { columns: 200, now })).toMatch(/ · 3s$/);
  });

  it('is never wider than the given columns', () => {
    expect(progressLine(runReport({}, { claimed: 1500 }), { columns: 24, now })).toHaveLength(24);
  });

  it('R10: shows that a run is paused', () => {
    const paused = runReport({ pausedAt: '2026-01-01T10:00:30.000Z' }, { submitted: 2 });

    expect(progressLine(paused, { columns: 200, now })).toMatch(/^paused: .* 2 at the provider/);
    expect(runView(paused, { columns: 80, now })[0]).toBe('paused      1m 5s · annual-reports, embeddings');
  });
});
