import { ConnectionError } from '@batchmill/contracts';

const fullCodes = ['ENOSPC', 'EDQUOT'];

/** Runs an operation on the folder; an error of the operating system becomes a ConnectionError. */
export async function onDisk<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileErrorOf(error, folder);
  }
}

export function isMissing(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

export function fileErrorOf(error: unknown, folder: string): unknown {
  const code = codeOf(error);
  if (code === null) return error;
  if (fullCodes.includes(code)) {
    const message = `The disk that holds the blobs (${folder}) is full: free some space.`;
    return new ConnectionError('blobs.disk-full', message, { cause: error });
  }
  const message = `The blobs in ${folder} cannot be read or written now: ${code}.`;
  return new ConnectionError('blobs.unavailable', message, { cause: error });
}

/** The operating system's error code, as Node reports it; null for other errors. */
function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('errno' in error) || !('code' in error)) return null;
  return String(error.code);
}
