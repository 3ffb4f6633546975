import { ValidationError } from '@batchmill/contracts';

const legalSuffix = /^(?:\.[0-9a-z]+)*$/;

/** Refuses a suffix that could lead a name out of where it belongs. */
export function checkSuffix(suffix: string): void {
  if (legalSuffix.test(suffix)) return;
  throw new ValidationError(
    'blobs.bad-suffix',
    `The suffix "${suffix}" must look like .jsonl or .tar.gz, or be empty.`,
  );
}
