import { beforeEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@batchmill/testing';
import type { DueWorkOfStage } from '../due/due-work.js';
import type { RunReport } from '../reports/run-report.js';
import { Standstill } from './standstill.js';

const progress: RunReport['progress'] = {
  scanEnded: true,
  awaitsTrial: false,
  expected: null,
  claimed: 3,
  processed: 0,
  built: 3,
  submitted: 0,
  doneAtProvider: 0,
  settled: 0,
  answered: 0,
  givenUp: 0,
  retrying: 0,
  parked: 0,
  held: 0,
  idle: 0,
  batches: { built: 1, submitted: 0, settled: 0, ended: 0 },
};

describe('a run in which nothing moves', () => {
  let clock: ManualClock;
  let due: DueWorkOfStage[];
  let standstill: Standstill;
  beforeEach(() => {
    clock = new ManualClock();
    due = [];
    standstill = new Standstill({ clock, dueWork: { read: async () => due } });
  });

  const look = (changes: Partial<RunReport['progress']> = {}) =>
    standstill.look({ status: 'running', progress: { ...progress, ...changes } });
  const work = (seconds: number): DueWorkOfStage => {
    return { stage: 'batch-submitter', due: 1, since: clock.now(), seconds };
  };

  it('names the stage that has had work for as long, with the command that starts it', async () => {
    const since = clock.now().toISOString();
    await look();
    clock.advance(20_000);
    due = [work(20)];

    expect(await look()).toEqual({
      since,
      message:
        'nothing moves and batch-submitter has work: does it run? Start it with: batchmill serve batch-submitter',
    });
  });

  it('is silent while something moves, while no stage has work, and while the work is new', async () => {
    await look();
    clock.advance(20_000);

    expect(await look()).toBeNull();
    due = [work(3)];
    expect(await look()).toBeNull();
    due = [work(30)];
    expect(await look({ submitted: 1 })).toBeNull();
  });
});
