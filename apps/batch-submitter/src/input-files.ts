import { Blobs } from '@batchmill/blobs';
import { Ids } from '@batchmill/contracts';
import { Provider } from '@batchmill/provider';
import type { Batch, Leased } from '@batchmill/records';
import { EngineSettings } from '@batchmill/stage';
import { Injectable } from '@nestjs/common';
import { inputFileName } from './input-file-name.js';

/** The input files of batches at the provider. */
@Injectable()
export class InputFiles {
  constructor(
    private readonly blobs: Blobs,
    private readonly provider: Provider,
    private readonly settings: EngineSettings,
    private readonly ids: Ids,
  ) {}

  /** Does nothing if the batch has an input file. */
  async upload(batch: Leased<Batch>): Promise<void> {
    const { file, fileBytes, submission, uploads = [] } = batch.data;
    if (submission.fileId !== null || file === null) return;
    // An upload that did not end with a file is repeated under its key.
    const key = submission.uploadKey ?? this.ids.next();
    if (key !== submission.uploadKey) await batch.save({ submission: { ...submission, uploadKey: key } });
    // After this line a file with this key may be at the provider. If its id is not saved, it is found by the key.
    const uploaded = await this.provider.uploadFile({
      name: inputFileName({ installation: this.settings.installation, batchId: batch.id, key }),
      bytes: fileBytes,
      open: () => this.blobs.read(file),
    });
    await batch.save({
      submission: { ...submission, uploadKey: null, fileId: uploaded.id, fileCreatedAt: uploaded.createdAt },
      uploads: [...uploads, { key, fileId: uploaded.id }],
    });
  }

  /** Does nothing if the batch has no input file. */
  async delete(batch: Leased<Batch>): Promise<void> {
    const { submission } = batch.data;
    if (submission.fileId === null) return;
    await this.provider.deleteFile(submission.fileId);
    await batch.save({ submission: { ...submission, fileId: null, fileCreatedAt: null } });
  }
}
