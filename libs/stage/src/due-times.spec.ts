import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '@batchmill/testing';
import { DueTimes } from './due-times.js';

const pollMs = 5_000;

describe('when a loop polls for records', () => {
  it('at its start, then at the interval, which signals in between neither shorten nor lengthen', () => {
    const { clock, dueTimes } = make();
    expect(dueTimes.nextInMs()).toBe(pollMs);
    expect([dueTimes.takeTurn(), dueTimes.takeTurn()]).toEqual([true, false]);

    clock.advance(4_000);
    expect(dueTimes.nextInMs()).toBe(1_000);
    expect(dueTimes.takeTurn()).toBe(false);

    clock.advance(1_000);
    expect(dueTimes.nextInMs()).toBe(pollMs);
    expect(dueTimes.takeTurn()).toBe(true);
  });

  it('when a record is due again, once', () => {
    const { clock, dueTimes } = make();
    dueTimes.nextInMs();
    dueTimes.takeTurn();
    dueTimes.add(new Date(clock.now().getTime() + 700));
    expect(dueTimes.nextInMs()).toBe(700);
    expect(dueTimes.takeTurn()).toBe(false);

    clock.advance(800);
    expect(dueTimes.nextInMs()).toBe(4_200);
    expect([dueTimes.takeTurn(), dueTimes.takeTurn()]).toEqual([true, false]);
  });

  it('at the interval after the clock was set back', () => {
    const { clock, dueTimes } = make();
    dueTimes.nextInMs();
    dueTimes.takeTurn();

    clock.advance(-3_600_000);

    expect(dueTimes.nextInMs()).toBe(pollMs);
    expect(dueTimes.takeTurn()).toBe(true);
  });

  it('when one may have become due', () => {
    const { dueTimes } = make();
    dueTimes.nextInMs();
    dueTimes.takeTurn();

    dueTimes.addNow();

    expect([dueTimes.takeTurn(), dueTimes.takeTurn()]).toEqual([true, false]);
  });

  it('a time that passed while the loop had no room is kept until it has', () => {
    const { clock, dueTimes } = make();
    dueTimes.nextInMs();
    dueTimes.takeTurn();
    dueTimes.add(new Date(clock.now().getTime() + 700));
    clock.advance(800);
    dueTimes.nextInMs();
    clock.advance(800);
    dueTimes.nextInMs();

    expect(dueTimes.takeTurn()).toBe(true);
  });
});

function make(): { readonly clock: ManualClock; readonly dueTimes: DueTimes } {
  const clock = new ManualClock();
  return { clock, dueTimes: new DueTimes(clock, pollMs) };
}
