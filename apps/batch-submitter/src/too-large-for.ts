import { sentDocumentsOf, type Batch, type Limits } from '@batchmill/records';

type Size = Pick<Batch, 'documents' | 'reuse' | 'inputTokens' | 'requests' | 'fileBytes'>;

/**
 * Why a batch is not sent: it does not fit into the provider's queue or files. Null: it may fit. A file of one document is
 * sent whatever its size, because it cannot be made smaller: the provider's own refusal decides.
 */
export function tooLargeFor(limits: Limits, batch: Size): string | null {
  const { inputTokens, requests, fileBytes } = batch;
  const { tokens, requests: queued, fileBytes: bytes, fileRequests: lines } = limits;
  if (tokens !== null && inputTokens > tokens)
    return `the batch has ${inputTokens} tokens, and the provider's queue has room for ${tokens}`;
  if (queued !== null && requests > queued)
    return `the batch has ${requests} requests, and the provider's queue has room for ${queued}`;
  if (sentDocumentsOf(batch) === 1) return null;
  if (bytes !== null && fileBytes > bytes)
    return `the batch file has ${fileBytes} bytes, and the provider takes ${bytes}`;
  if (lines !== null && requests > lines)
    return `the batch file has ${requests} requests, and the provider takes ${lines}`;
  return null;
}
