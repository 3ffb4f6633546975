import type { Provider } from '@batchmill/provider';
import type { Batch, Batches } from '@batchmill/records';
import type { Log } from '@batchmill/telemetry';
import { batchIdIn } from './input-file-name.js';

/**
 * Input files of our installation that no record holds: a process died between an upload and its note. They cost
 * nothing, hold users' text, and are deleted once their batch has gone on without them.
 */
export class OrphanedFiles {
  constructor(
    private readonly batches: Batches,
    private readonly provider: Provider,
    private readonly installation: string,
    private readonly log: Log,
  ) {}

  async deleteAll(): Promise<void> {
    for await (const { id, name } of this.provider.listInputFiles()) {
      const batchId = batchIdIn(name, this.installation);
      if (batchId === null) continue;
      const batch = await this.batches.get(batchId);
      if (batch !== null && (isBeingUploaded(batch) || holds(batch, id))) continue;
      await this.provider.deleteFile(id);
      this.log.info('deleted an input file that no record holds', { batchId });
    }
  }
}

/** As long as it is to be submitted, an upload may be on its way whose file is not noted yet. */
function isBeingUploaded({ state }: Batch): boolean {
  return state === 'built';
}

function holds({ state, provider, submission }: Batch, fileId: string): boolean {
  return state !== 'ingested' && (provider?.inputFileId === fileId || submission.fileId === fileId);
}
