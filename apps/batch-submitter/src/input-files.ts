import { Blobs } from '@batchmill/blobs';
import { Provider, isProviderError } from '@batchmill/provider';
import { Batches, type Batch, type Leased } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** The input files of batches at the provider. Their names carry our mark: the installation and the batch. */
@Injectable()
export class InputFiles {
  constructor(
    private readonly batches: Batches,
    private readonly blobs: Blobs,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly log: Log,
  ) {}

  /** Does nothing if the batch has an input file. */
  async upload(batch: Leased<Batch>): Promise<void> {
    const { file, fileBytes, submission } = batch.data;
    if (submission.fileId !== null || file === null) return;
    const uploaded = await this.provider.uploadFile({
      name: nameOf(this.settings.installation, batch.id),
      bytes: fileBytes,
      open: () => this.blobs.read(file),
    });
    await batch.save({ submission: { ...submission, fileId: uploaded.id, fileCreatedAt: uploaded.createdAt } });
  }

  /** Does nothing if the batch has no input file. */
  async delete(batch: Leased<Batch>): Promise<void> {
    const { submission } = batch.data;
    if (submission.fileId === null) return;
    await this.provider.deleteFile(submission.fileId);
    await batch.save({ submission: { ...submission, fileId: null, fileCreatedAt: null } });
  }

  /** Does not wait for the provider: a file that cannot be deleted now is deleted by a sweep. */
  async tryToDelete(batch: Leased<Batch>): Promise<void> {
    try {
      await this.delete(batch);
    } catch (error) {
      if (!isProviderError(error)) throw error;
      this.log.warn('an input file could not be deleted; a sweep deletes it later', { batchId: batch.id });
    }
  }

  /**
   * Deletes our input files that no record holds: the process crashed after an upload, before it saved the file's id.
   * Such files cost nothing, but they hold users' text.
   */
  async deleteOrphans(): Promise<void> {
    for await (const { id, name } of this.provider.listInputFiles()) {
      const batchId = batchIdIn(name, this.settings.installation);
      if (batchId === null) continue;
      const batch = await this.batches.get(batchId);
      if (batch !== null && (mayBeUploading(batch) || holds(batch, id))) continue;
      await this.provider.deleteFile(id);
      this.log.info('deleted an input file that no record holds', { batchId });
    }
  }
}

function nameOf(installation: string, batchId: string): string {
  return `${installation}.${batchId}.jsonl`;
}

/** The batch whose input file has this name; null if the file is not of this installation. */
function batchIdIn(name: string, installation: string): string | null {
  const prefix = `${installation}.`;
  return name.startsWith(prefix) && name.endsWith('.jsonl') ? name.slice(prefix.length, -'.jsonl'.length) : null;
}

/** True while a file may be at the provider whose id is not saved yet. */
function mayBeUploading({ state }: Batch): boolean {
  return state === 'built';
}

function holds({ state, provider, submission }: Batch, fileId: string): boolean {
  return state !== 'ingested' && (provider?.inputFileId === fileId || submission.fileId === fileId);
}
