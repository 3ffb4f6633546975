import { installationInFileName, markIn, readInputFileName } from '@batchmill/batch-submitter';
import type { ProviderBatch, StoredFile } from '@batchmill/provider';

/** Whose a file of the account is, by its name or by the mark of the provider batch that has it. */
export type FileOwner =
  | {
      readonly whose: 'ours';
      readonly batchId: string;
      /** Of the upload, or of the provider batch that wrote the file; null in names of an earlier version. */
      readonly key: string | null;
    }
  | { readonly whose: 'other-installation'; readonly installation: string }
  | { readonly whose: 'unknown' };

/** Of an input file. `readBy`: a provider batch that reads it. */
export function ownerOfInputFile({ name }: StoredFile, readBy: ProviderBatch | null, installation: string): FileOwner {
  const named = readInputFileName(name, installation);
  if (named !== null) return { whose: 'ours', ...named };
  const other = installationInFileName(name) ?? markIn(readBy?.metadata ?? {})?.installation ?? null;
  // A file with another name that a batch of ours reads was not uploaded by us: somebody made the batch by hand.
  return other === null || other === installation
    ? { whose: 'unknown' }
    : { whose: 'other-installation', installation: other };
}

/** Of a result file, which the provider names. `writtenBy`: the provider batch that shows it; null: none that is known. */
export function ownerOfResultFile(writtenBy: ProviderBatch | null, installation: string): FileOwner {
  const mark = markIn(writtenBy?.metadata ?? {});
  if (mark === null) return { whose: 'unknown' };
  return mark.installation === installation
    ? { whose: 'ours', batchId: mark.batchId, key: mark.key }
    : { whose: 'other-installation', installation: mark.installation };
}
