import { Blobs } from '@batchmill/blobs';
import { Clock, Ids } from '@batchmill/contracts';
import { Provider, RefusedError, isProviderError, type UploadedFile } from '@batchmill/provider';
import type { Batch, Leased, Submission } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import { inputFileName } from './input-file-name.js';

/** How often at most a file is looked at that the provider processes. */
const maxLookMs = 30_000;

/** Statuses by which a provider does not show a file: it has none with that id, or offers no such call. */
const withoutAnswer = [400, 404, 405];

/** Whether a batch can be created of its input file now. */
export type InputFileState =
  | { readonly kind: 'ready' }
  /** The provider processes it. */
  | { readonly kind: 'pending'; readonly lookAt: Date }
  /** The provider cannot use it, and it was deleted. */
  | { readonly kind: 'refused'; readonly reason: string };

/** The input files of batches at the provider. */
@Injectable()
export class InputFiles {
  constructor(
    private readonly blobs: Blobs,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
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
    const { submission, fileBytes, uploads = [] } = batch.data;
    // An upload that did not end with a file is repeated under its key.
    const key = submission.uploadKey ?? this.ids.next();
    if (key !== submission.uploadKey) await this.#save(batch, { uploadKey: key });
    // After this line a file with this key may be at the provider. If its id is not saved, it is found by the key.
    const uploaded = await this.provider.uploadFile({
      name: inputFileName({ installation: this.settings.installation, batchId: batch.id, key }),
      bytes: fileBytes,
      open: () => this.blobs.read(file),
    });
    const { id: fileId, createdAt: fileCreatedAt, state } = uploaded;
    // One that the provider cannot use is looked at again, should this process end before the batch has settled.
    const filePendingSince = state === 'processed' ? null : this.clock.now();
    await batch.save({
      submission: { ...batch.data.submission, uploadKey: null, fileId, fileCreatedAt, filePendingSince },
      uploads: [...uploads, { key, fileId }],
    });
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
    if (pendingMs >= this.provider.profile.filePendingMs) {
      await this.delete(batch);
      this.log.warn('the provider has processed an input file for too long; it is deleted and uploaded again', {
        minutes: Math.round(pendingMs / 60_000),
        batchId: batch.id,
        fileId: id,
      });
    }
    const lookMs = Math.min(maxLookMs, Math.max(this.settings.firstPollMs, pendingMs / 2));
    return { kind: 'pending', lookAt: new Date(now + lookMs) };
  }

  /** Does nothing if the batch has no input file, or if the lease is lost: another process may have created a batch of it. */
  async delete(batch: Leased<Batch>): Promise<void> {
    const { submission } = batch.data;
    if (submission.fileId === null) return;
    await this.#save(batch, { fileId: null, fileCreatedAt: null, filePendingSince: null });
    // After this line no process creates a batch of the file. If it is not deleted now, a sweep does it.
    await this.provider.deleteFile(submission.fileId);
  }

  async #save(batch: Leased<Batch>, changes: Partial<Submission>): Promise<void> {
    await batch.save({ submission: { ...batch.data.submission, ...changes } });
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
}
