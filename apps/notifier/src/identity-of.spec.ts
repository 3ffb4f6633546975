import { describe, expect, it } from '@jest/globals';
import type { NotificationPayload } from '@batchmill/records';
import { identityOf } from './identity-of.js';
import { testPayload } from './payloads/sample-payload.js';

const at = new Date('2026-01-01T10:20:30Z');
const told = (changes: Partial<NotificationPayload>): NotificationPayload => ({
  ...testPayload(at),
  runId: 'r',
  ...changes,
});
const failed = told({ type: 'batch.failed', status: 'expired' });

describe('what makes a notification the same one', () => {
  it('N1: every fact is posted', () => {
    expect(identityOf('f1', 'webhook', failed)).not.toBe(identityOf('f2', 'webhook', failed));
  });

  it('N2: a thousand batches of a run that fail alike are one mail an hour', () => {
    const mails = Array.from({ length: 1_000 }, (_, index) => identityOf(`f${index}`, 'email', failed));

    expect(new Set(mails).size).toBe(1);
  });

  it.each([
    ['in the next hour', { timestamp: '2026-01-01T11:00:00.000Z' }],
    ['of another run', { runId: 's' }],
    ['for another reason', { status: 'failed' }],
  ])('N2: one that fails %s is a mail of its own', (_, changes) => {
    expect(identityOf('f2', 'email', { ...failed, ...changes })).not.toBe(identityOf('f1', 'email', failed));
  });

  it('N2: the end of a run is mailed in any case', () => {
    const ended = told({ type: 'run.ended', status: 'finished' });

    expect(identityOf('f1', 'email', ended)).toBe('f1');
  });
});
