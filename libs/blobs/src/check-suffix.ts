import { ValidationError } from '@batchmill/contracts';

const legalSuffix = /^(?:\.[0-9a-z]+)*$/;

/** Rejects a suffix that could make a name leave its folder. */
export function checkSuffix(suffix: string): void {
  if (legalSuffix.test(suffix)) return;
  throw new ValidationError(
    'blobs.bad-suffix',
    `The suffix "${suffix}" must look like .jsonl or .tar.gz, or be empty.`,
  );
}
