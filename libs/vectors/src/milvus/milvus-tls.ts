import { ValidationError } from '@batchmill/contracts';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { MilvusTls } from './milvus-options.js';

/** Throws a ValidationError for a certificate without its key, a key without its certificate, and files that cannot be used. */
export function checkTls(tls: boolean | MilvusTls | undefined): void {
  if (typeof tls !== 'object') return;
  const { caFile, certificateFile, keyFile } = tls;
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    refuse('MILVUS_CERTIFICATE_FILE and MILVUS_KEY_FILE: found one of them, expected both or none.');
  }
  try {
    createSecureContext({ ca: contentOf(caFile), cert: contentOf(certificateFile), key: contentOf(keyFile) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    refuse(
      `MILVUS_CA_FILE, MILVUS_CERTIFICATE_FILE or MILVUS_KEY_FILE: cannot be used (${reason}), expected PEM files.`,
      error,
    );
  }
}

function contentOf(file: string | undefined): Buffer | undefined {
  return file === undefined ? undefined : readFileSync(file);
}

function refuse(message: string, cause?: unknown): never {
  throw new ValidationError('vectors.bad-address', message, { cause });
}
