import { setting, type Setting, type Spec, type Value } from '../setting.js';

export interface RangeSpec<D extends string | null> extends Spec<D> {
  readonly from: number;
  readonly to: number;
}

/** A whole number in a range, both ends included. */
export function integer<D extends string | null>(name: string, spec: RangeSpec<D>): Setting<Value<number, D>> {
  const expected = `an integer from ${spec.from} to ${spec.to}`;
  return setting<number, D>(name, spec, { expected, read: (said) => within(spec, /^[+-]?\d+$/, said) });
}

/** A number in a range, both ends included. */
export function decimal<D extends string | null>(name: string, spec: RangeSpec<D>): Setting<Value<number, D>> {
  const expected = `a number from ${spec.from} to ${spec.to}`;
  return setting<number, D>(name, spec, { expected, read: (said) => within(spec, /^[+-]?(\d+\.?\d*|\.\d+)$/, said) });
}

function within({ from, to }: { from: number; to: number }, pattern: RegExp, said: string): number | undefined {
  if (!pattern.test(said.trim())) return undefined;
  const number = Number(said);
  return number >= from && number <= to ? number : undefined;
}
