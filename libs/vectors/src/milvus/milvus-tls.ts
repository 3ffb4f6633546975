import { ValidationError } from '@batchmill/contracts';
import type { MilvusTls } from './milvus-options.js';

/** Throws a ValidationError for a certificate without its key, or a key without its certificate. */
export function checkTls(tls: boolean | MilvusTls | undefined): void {
  if (typeof tls !== 'object') return;
  const { certificateFile, keyFile } = tls;
  if ((certificateFile === undefined) === (keyFile === undefined)) return;
  throw new ValidationError(
    'vectors.bad-address',
    'MILVUS_CERTIFICATE_FILE and MILVUS_KEY_FILE: found one of them, expected both or none.',
  );
}
