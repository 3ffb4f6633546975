import type { FileLimits } from '../batches/batch-file-size.js';

/** `50,000 requests, 200 MiB, 50,000 embedding inputs`. */
export function describeLimits({ maxRequests, maxFileBytes, maxInputs }: FileLimits): string {
  const inputs = maxInputs === Infinity ? [] : [`${count(maxInputs)} embedding inputs`];
  return [`${count(maxRequests)} requests`, bytes(maxFileBytes), ...inputs].join(', ');
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** Providers count in powers of 2 or of 10: a file of 200 MB has 209,715,200 bytes at most at OpenAI, and 200,000,000 elsewhere. */
function bytes(number: number): string {
  return number % 1_048_576 === 0 ? `${number / 1_048_576} MiB` : `${number / 1_000_000} MB`;
}
