import { InvalidArgumentError } from 'commander';

/** Collects a flag that may be given several times. */
export function several(value: string, former: string[] | undefined): string[] {
  return [...(former ?? []), value];
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Expected a whole number from 1 on.');
}
