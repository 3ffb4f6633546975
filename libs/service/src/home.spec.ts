import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryLog } from '@batchmill/telemetry';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkHome, createHome, openEngine, readSettings, type Settings } from './index.js';

describe('the home', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-home-'));
    await writeFile(join(folder, 'file'), 'a file');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const settingsOf = (home: string): Settings =>
    readSettings({ env: { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated' }, cwd: folder });

  it.each([
    ['a file', 'file', /BATCHMILL_HOME: found the file .*\/file, expected a folder/],
    ['below a file', 'file/home', /BATCHMILL_HOME: .*\/file\/home cannot be a folder \(ENOTDIR\)/],
  ])(
    'C6: a home that is %s is refused by commands that read, commands that write, and services',
    async (_, home, why) => {
      const settings = settingsOf(home);

      expect(() => checkHome(settings)).toThrow(why);
      expect(() => createHome(settings)).toThrow(why);
      const opening = openEngine(settings, { log: new MemoryLog(), name: 'test', needsProvider: false });
      await expect(opening).rejects.toMatchObject({ code: 'settings.home' });
    },
  );

  const hasProc = process.platform === 'linux';
  (hasProc ? it : it.skip)('C6: a home that cannot be created is an error', () => {
    expect(() => createHome(settingsOf('/proc/nowhere/home'))).toThrow(
      /BATCHMILL_HOME: .*\/proc\/nowhere\/home cannot be created \(ENOENT\)/,
    );
  });

  it('is created with its parent folders, and the check creates nothing', async () => {
    const settings = settingsOf('new/home');

    checkHome(settings);
    await expect(stat(join(folder, 'new'))).rejects.toMatchObject({ code: 'ENOENT' });
    createHome(settings);
    createHome(settings);
    expect((await stat(join(folder, 'new/home'))).isDirectory()).toBe(true);
  });
});
