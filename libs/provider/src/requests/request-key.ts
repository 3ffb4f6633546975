import { createHash } from 'node:crypto';
import type { RenderedRequest } from './rendered-request.js';

/**
 * A key that two requests share only where the same answer serves both: a SHA-256, as base64url, of the provider's address, the path,
 * the model and what it stands for, and everything in the body. The order of the body's own fields does not matter. Within a field
 * order counts: a schema's properties are answered in their order. The account is no part of it, and neither is the `custom_id`.
 */
export function requestKey(
  address: string,
  { url, baseModel, body }: Pick<RenderedRequest, 'url' | 'baseModel' | 'body'>,
): string {
  const fields = Object.entries(body).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([address, url, baseModel, fields]))
    .digest('base64url');
}
