import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandProcess } from '../testing/command-process.js';

const repository = join(import.meta.dirname, '../../../..');

describe('batchmill serve', () => {
  let home: string;
  let env: Record<string, string>;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-serve-'));
    env = { BATCHMILL_HOME: home, OPENAI_BASE_URL: 'simulated', PORT: '0' };
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('S2: runs every stage until SIGTERM, and carries out what a command asks for', async () => {
    const service = CommandProcess.launch(repository, ['serve'], env);
    await service.printed('"message":"running"');

    const run = CommandProcess.launch(repository, ['run', 'basic-schema', '--wait'], env);
    const code = await run.exit();
    service.signal('SIGTERM');

    expect(code).toBe(0);
    expect(run.output).toContain('another process works');
    expect(await service.exit()).toBe(0);
    expect(service.output).toContain('"operation":"all-in-one","signal":"SIGTERM","message":"stopping"');
  });

  it('S2: runs only the stages that are named', async () => {
    const service = CommandProcess.start(repository, ['serve', 'notifier', 'chunk-scanner'], env);
    await service.printed('"operation":"notifier-chunk-scanner"');

    service.signal('SIGINT');

    expect(await service.exit()).toBe(0);
  });

  it('S2: starts nothing when a name is unknown', async () => {
    const service = CommandProcess.start(repository, ['serve', 'scanner'], env);

    expect(await service.exit()).toBe(1);
    expect(service.output).toMatch(/^found no stage scanner, expected some of chunk-scanner, /);
  });
});
