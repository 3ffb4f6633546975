import { BatchSubmitterModule } from '@batchmill/batch-submitter';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { EntityLinkerModule } from '../../entity-linker/src/entity-linker.module.js';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allStages, stagesNamed } from './choose-stages.js';
import { stages } from './stages.js';

describe('stages by their names', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-consumers-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const settings = (consumers: readonly string[] | null = null) => ({
    installation: { consumers: folder },
    service: { consumers },
  });

  async function write(name: string, text = ''): Promise<void> {
    await mkdir(join(folder, name), { recursive: true });
    const definition = `
      import { RunFinished } from '@batchmill/contracts/events';
      import { defineConsumer } from '@batchmill/consumer';
      ${text}
      export default defineConsumer({ name: '${name}', consumes: [RunFinished], async handle() {} });`;
    await writeFile(join(folder, name, `${name}.consumer.ts`), definition);
  }

  it('S7: stages and consumers are chosen, each once however often it is named', async () => {
    expect(
      await stagesNamed(['entity-linker', 'batch-submitter', 'chunk-scanner', 'batch-submitter'], settings()),
    ).toEqual([ChunkScannerModule, BatchSubmitterModule, EntityLinkerModule]);
  });

  it('S7: an unknown name is refused, with the names there are', async () => {
    await expect(stagesNamed(['batch-submiter'], settings())).rejects.toMatchObject({
      code: 'settings.unknown-stage',
      message: expect.stringMatching(
        /^found no stage batch-submiter, expected some of chunk-scanner, .*notifier, entity-linker$/,
      ),
    });
  });

  it('S7: a consumer of the folder is chosen as a stage is, and no other file of it is loaded', async () => {
    await write('filer');
    await write('torn', 'throw new Error("not me");');

    const named = await stagesNamed(['filer', 'chunk-scanner'], settings());

    expect(named).toHaveLength(2);
    expect(named[0]).toBe(ChunkScannerModule);
  });

  it('S7: in one process with the stages run the consumers that are named, of apps and of the folder', async () => {
    await write('filer');

    expect(await allStages(settings())).toEqual(stages);
    const chosen = await allStages(settings(['filer', 'entity-linker', 'filer']));

    expect(chosen).toEqual([...stages, expect.any(Function), EntityLinkerModule]);
  });

  it('S7: a file that does not load stops the start, with its reason', async () => {
    await write('torn', 'throw new Error("the cause");');

    await expect(stagesNamed(['torn'], settings())).rejects.toMatchObject({
      code: 'consumer.invalid',
      message: expect.stringMatching(
        /torn\.consumer\.ts: cannot be loaded \(.*the cause\), expected a module of defineC/,
      ),
    });
  });

  it('S7: a consumer may not have the name of a stage', async () => {
    await write('notifier');

    await expect(allStages(settings())).rejects.toMatchObject({
      code: 'consumer.invalid',
      message: expect.stringContaining('found the consumer notifier, which has the name of a stage'),
    });
  });

  it('S7: an unknown name in BATCHMILL_CONSUMERS is refused, with the names of the consumers', async () => {
    await write('filer');

    await expect(allStages(settings(['entity-linker', 'linker', 'notifier']))).rejects.toMatchObject({
      code: 'settings.invalid',
      message: expect.stringMatching(
        /^BATCHMILL_CONSUMERS: found linker, notifier, expected some of .*entity-linker, filer$/,
      ),
    });
  });
});
