import type { RefusedError } from '../../../refused-error.js';

/** True when the provider refused because it does not know the input file any more: it is uploaded again then. */
export function isFileGone({ status, message }: RefusedError): boolean {
  return (
    status === 404 || (status === 400 && /no such file|file .*(not found|does not exist)|invalid file/i.test(message))
  );
}
