import { ValidationError } from '@batchmill/contracts';

/** The error of an input that cannot be read. The message never quotes a document. */
export function badInput(name: string, message: string, cause?: unknown): ValidationError {
  return new ValidationError('once.bad-input', `${name}${message}`, { cause });
}
