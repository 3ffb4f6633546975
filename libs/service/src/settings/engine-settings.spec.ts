import { describe, expect, it } from '@jest/globals';
import { tmpdir } from 'node:os';
import { engineSettingsOf } from './engine-settings.js';
import { readSettings } from './read-settings.js';

const day = 86_400_000;

function settingsWith(env: Record<string, string>) {
  const settings = readSettings({ env: { OPENAI_BASE_URL: 'simulated', ...env }, cwd: tmpdir() });
  return engineSettingsOf(settings, 'installation', false);
}

describe('how long things are kept', () => {
  it('R12: by default texts are kept for 30 days, and records for ever', () => {
    expect(settingsWith({})).toMatchObject({ keepTextsMs: 30 * day, keepRecordsMs: null, reuseMs: 30 * day });
  });

  it('R12: an answer is not kept for reuse longer than texts are', () => {
    expect(settingsWith({ BATCHMILL_KEEP_TEXTS: '7d' }).reuseMs).toBe(7 * day);
    expect(settingsWith({ BATCHMILL_KEEP_TEXTS: '90d' }).reuseMs).toBe(30 * day);
    expect(settingsWith({ BATCHMILL_REUSE_FOR: '0' }).reuseMs).toBe(0);
  });

  it.each([
    ['BATCHMILL_KEEP_TEXTS', '30m'],
    ['BATCHMILL_KEEP_TEXTS', '-1d'],
    ['BATCHMILL_KEEP_RECORDS', '59d'],
  ])('R12: a time that would delete what runs may still need is refused: %s=%s', (name, value) => {
    expect(() => settingsWith({ [name]: value })).toThrow(new RegExp(`${name}.*expected a time from`));
  });

  it.each([
    ['both in the home', true, {}],
    ['both in one database', true, { BATCHMILL_STORE: 'mongodb://127.0.0.1/db', BATCHMILL_BLOBS: 'gridfs:' }],
    ['the blobs alone in the home', false, { BATCHMILL_STORE: 'mongodb://127.0.0.1/db' }],
    ['a folder', false, { BATCHMILL_BLOBS: 'file:/shared' }],
    [
      'another database',
      false,
      { BATCHMILL_STORE: 'mongodb://127.0.0.1/db', BATCHMILL_BLOBS: 'gridfs:mongodb://127.0.0.1/blobs' },
    ],
  ])('R12: only blobs beside their state are known to be of no other: %s', (_, owns, env) => {
    expect(settingsWith(env).ownsBlobs).toBe(owns);
  });
});
