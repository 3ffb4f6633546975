import { describe, expect, it } from '@jest/globals';
import type { NotificationPayload } from '@batchmill/records';
import { notificationIdOf } from './notification-ids.js';
import { testPayload } from './payloads/sample-payload.js';

const at = new Date('2026-01-01T10:20:30Z');
const payloadWith = (changes: Partial<NotificationPayload>): NotificationPayload => ({
  ...testPayload(at),
  runId: 'r',
  ...changes,
});
const failed = payloadWith({ type: 'batch.failed', status: 'expired' });

describe('the id of a notification', () => {
  it('N1: every event is posted', () => {
    expect(notificationIdOf('e1', 'webhook', failed)).not.toBe(notificationIdOf('e2', 'webhook', failed));
  });

  it('N2: a thousand batches of a run that fail for the same reason are one mail an hour', () => {
    const mails = Array.from({ length: 1_000 }, (_, index) => notificationIdOf(`e${index}`, 'email', failed));

    expect(new Set(mails).size).toBe(1);
  });

  it.each([
    ['in the next hour', { timestamp: '2026-01-01T11:00:00.000Z' }],
    ['of another run', { runId: 's' }],
    ['for another reason', { status: 'failed' }],
  ])('N2: a batch that fails %s is a mail of its own', (_, changes) => {
    expect(notificationIdOf('e2', 'email', { ...failed, ...changes })).not.toBe(
      notificationIdOf('e1', 'email', failed),
    );
  });

  it('N2: the end of a run is always mailed', () => {
    const ended = payloadWith({ type: 'run.ended', status: 'finished' });

    expect(notificationIdOf('e1', 'email', ended)).toBe('e1');
  });
});
