import { BatchSubmitterModule } from '@batchmill/batch-submitter';
import { ChunkScannerModule } from '@batchmill/chunk-scanner';
import { EntityLinkerModule } from '../../entity-linker/src/entity-linker.module.js';
import { describe, expect, it } from '@jest/globals';
import { stagesNamed } from './choose-stages.js';

describe('stages by their names', () => {
  it('S7: stages and consumers are chosen, each once however often it is named', async () => {
    expect(await stagesNamed(['entity-linker', 'batch-submitter', 'chunk-scanner', 'batch-submitter'])).toEqual([
      ChunkScannerModule,
      BatchSubmitterModule,
      EntityLinkerModule,
    ]);
  });

  it('S7: an unknown name is refused, with the names there are', async () => {
    await expect(stagesNamed(['batch-submiter'])).rejects.toMatchObject({
      code: 'settings.unknown-stage',
      message: expect.stringMatching(
        /^found no stage batch-submiter, expected some of chunk-scanner, .*notifier, entity-linker$/,
      ),
    });
  });
});
