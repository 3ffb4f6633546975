import { Blobs } from '@batchmill/blobs';
import { Clock } from '@batchmill/contracts';
import { Provider, RefusedError, type UploadedFile } from '@batchmill/provider';
import { Batches, type Batch, type Leased, type Submission } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** How often at most a file is looked at that the provider processes. */
const maxLookMs = 30_000;
/** A file that is still pending after this time is deleted and uploaded again. Azure takes about a minute. */
const maxPendingMs = 3_600_000;

/** Statuses by which a provider does not show a file: it has none with that id, or offers no such call. */
const withoutAnswer = [400, 404, 405];

/** Whether a batch can be created of its input file now. */
export type InputFileState =
  | { readonly kind: 'ready' }
  /** The provider processes it. */
  | { readonly kind: 'pending'; readonly lookAt: Date }
  /** The provider cannot use it, and it was deleted. */
  | { readonly kind: 'refused'; readonly reason: string };

/** The input files of batches at the provider. Their names carry our mark: the installation and the batch. */
@Injectable()
export class InputFiles {
  constructor(
    private readonly batches: Batches,
    private readonly blobs: Blobs,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Uploads the file if the batch has none at the provider, and looks whether the provider has processed it. */
  async prepare(batch: Leased<Batch>): Promise<InputFileState> {
    const found = await this.#uploadedOrPending(batch);
    switch (found?.state) {
      case 'pending':
        return this.#pending(batch, found);
      case 'error':
        await this.delete(batch);
        return { kind: 'refused', reason: found.reason ?? 'it gives no reason' };
      case 'processed':
      case undefined:
        if (batch.data.submission.filePendingSince != null) await this.#save(batch, { filePendingSince: null });
        return { kind: 'ready' };
    }
  }

  /** Null: the file was found to be processed before, or the provider does not show it, so that only a create can tell. */
  async #uploadedOrPending(batch: Leased<Batch>): Promise<UploadedFile | null> {
    const { file, submission } = batch.data;
    if (file === null) return null;
    if (submission.fileId === null) return this.#upload(batch, file);
    return submission.filePendingSince == null ? null : this.#retrieve(submission.fileId);
  }

  async #upload(batch: Leased<Batch>, file: string): Promise<UploadedFile> {
    const uploaded = await this.provider.uploadFile({
      name: nameOf(this.settings.installation, batch.id),
      bytes: batch.data.fileBytes,
      open: () => this.blobs.read(file),
    });
    const filePendingSince = uploaded.state === 'pending' ? this.clock.now() : null;
    await this.#save(batch, { fileId: uploaded.id, fileCreatedAt: uploaded.createdAt, filePendingSince });
    return uploaded;
  }

  async #retrieve(fileId: string): Promise<UploadedFile | null> {
    try {
      return await this.provider.retrieveFile(fileId);
    } catch (error) {
      if (error instanceof RefusedError && withoutAnswer.includes(error.status)) return null;
      throw error;
    }
  }

  /** The delay grows with the time that the file has been pending. */
  async #pending(batch: Leased<Batch>, { id }: UploadedFile): Promise<InputFileState> {
    const now = this.clock.now().getTime();
    const pendingMs = now - (batch.data.submission.filePendingSince?.getTime() ?? now);
    if (pendingMs >= maxPendingMs) {
      await this.delete(batch);
      this.log.warn('the provider has processed an input file for an hour; it is deleted and uploaded again', {
        batchId: batch.id,
        fileId: id,
      });
    }
    const lookMs = Math.min(maxLookMs, Math.max(this.settings.firstPollMs, pendingMs / 2));
    return { kind: 'pending', lookAt: new Date(now + lookMs) };
  }

  /** Does nothing if the batch has no input file. */
  async delete(batch: Leased<Batch>): Promise<void> {
    const { submission } = batch.data;
    if (submission.fileId === null) return;
    await this.provider.deleteFile(submission.fileId);
    await this.#save(batch, { fileId: null, fileCreatedAt: null, filePendingSince: null });
  }

  async #save(batch: Leased<Batch>, changes: Partial<Submission>): Promise<void> {
    await batch.save({ submission: { ...batch.data.submission, ...changes } });
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
