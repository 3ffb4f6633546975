import { describe, expect, it } from '@jest/globals';
import { lookAtProgress, withoutAnswer, type ProgressLook, type SeenProgress } from './seen-progress.js';

const hourMs = 3_600_000;
const at = (hour: number): Date => new Date(Date.UTC(2026, 0, 1) + hour * hourMs);

/** A batch that was first seen at hour 0, with 5 requests that had ended. */
const first = look(null, 0, {});

function look(before: SeenProgress | null, hour: number, fields: Partial<ProgressLook>): SeenProgress {
  const alone = { limitMs: 12 * hourMs, accountMovedAt: null, isAlone: true };
  return lookAtProgress(before, { now: at(hour), ended: 5, ...alone, ...fields });
}
const hoursOf = ({ idleMs }: SeenProgress): number => idleMs / hourMs;

describe('the progress that looks at a batch show', () => {
  it('R3: time without another ended request adds up', () => {
    const second = look(first, 1, {});

    expect(second).toEqual({ ended: 5, since: at(0), lookedAt: at(1), idleMs: hourMs });
    expect(hoursOf(look(second, 2.5, {}))).toBe(2.5);
  });

  it('R3: one more request that has ended begins it anew', () => {
    expect(look(look(first, 1, {}), 2, { ended: 6 })).toEqual({ ended: 6, since: at(2), lookedAt: at(2), idleMs: 0 });
  });

  it('R3: older counts, as a provider may show for a while, are no progress', () => {
    const older = look(look(first, 1, {}), 2, { ended: 3 });

    expect(older).toMatchObject({ ended: 5, since: at(0) });
    expect(hoursOf(look(older, 3, {}))).toBe(3);
  });

  it('R3: time between two looks, in which services may have been stopped, counts up to a sixth of the limit', () => {
    expect(hoursOf(look(first, 10, {}))).toBe(2);
  });

  it('R3: time until the provider answers again does not count', () => {
    const answered = look(withoutAnswer(look(first, 1, {})), 8, {});

    expect(hoursOf(answered)).toBe(1);
    expect(hoursOf(look(answered, 9, {}))).toBe(2);
  });

  it('R3: time in which no batch of the account goes on does not count', () => {
    const others = { isAlone: false, accountMovedAt: at(0) };
    const later = look(look(first, 1, others), 8, others);

    expect(hoursOf(later)).toBe(0);
  });

  it('R3: after such a time at most a sixth of the limit counts', () => {
    const silent = look(first, 8, { isAlone: false, accountMovedAt: at(0) });

    expect(hoursOf(look(silent, 9, { isAlone: false, accountMovedAt: at(8.5) }))).toBe(2);
  });

  it('R3: while others go on now and then, all of it counts', () => {
    let seen = first;
    for (let hour = 0.5; hour <= 4; hour += 0.5) {
      seen = look(seen, hour, { isAlone: false, accountMovedAt: at(Math.floor(hour)) });
    }

    expect(hoursOf(seen)).toBe(4);
  });
});
