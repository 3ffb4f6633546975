import { readFileSync } from 'node:fs';

/** A file's bytes are not UTF-8. Its message says what they seem to be, and what to do. */
export class NotUtf8Error extends Error {
  override readonly name = 'NotUtf8Error';
}

/**
 * The text of a file that a user wrote, without a byte order mark. Throws the file system's error, or a NotUtf8Error. Every file of
 * a user is read by this function or by `decodeText`.
 */
export function readTextFile(path: string): string {
  return decodeText(readFileSync(path));
}

/** The text of bytes, without a byte order mark. Throws a NotUtf8Error. */
export function decodeText(bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new NotUtf8Error(`it is not UTF-8${isUtf16(bytes) ? ' but UTF-16' : ''}; save it as UTF-8`, { cause });
  }
  // UTF-16 without a mark is legal UTF-8 with a zero byte in each second place.
  if (text.includes('\0')) throw new NotUtf8Error('it has zero bytes, as UTF-16 has; save it as UTF-8');
  return text;
}

/** Why `readTextFile` threw, in a few words: `ENOENT`, `it is not UTF-8; save it as UTF-8`. */
export function whyUnreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException; // file system errors have a code
  return code ?? message;
}

function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}
