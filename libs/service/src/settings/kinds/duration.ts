import { setting, type Setting, type Spec, type Value } from '../setting.js';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
type Unit = keyof typeof unitMs;

export interface DurationSpec<D extends string | null> extends Spec<D> {
  /** What a number without a unit counts. */
  readonly unit: Extract<Unit, 'ms' | 's'>;
  readonly fromMs?: number;
  readonly toMs?: number;
}

/** A length of time, in milliseconds: a number, or a number with its unit, such as `90s` or `5m`. */
export function duration<D extends string | null>(name: string, spec: DurationSpec<D>): Setting<Value<number, D>> {
  const { unit, fromMs = 0, toMs = 30 * unitMs.d } = spec;
  const counted = unit === 's' ? 'seconds' : 'milliseconds';
  return setting<number, D>(name, spec, {
    expected: `a time from ${told(fromMs)} to ${told(toMs)} (${counted}, or with its unit: 500ms, 30s, 5m, 24h)`,
    read(said) {
      const parts = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(said.trim().toLowerCase());
      if (parts === null) return undefined;
      const ms = Math.round(Number(parts[1]) * unitMs[(parts[2] ?? unit) as Unit]); // the pattern allows only units
      return ms >= fromMs && ms <= toMs ? ms : undefined;
    },
  });
}

/** In the largest unit that goes into it. */
function told(ms: number): string {
  const largest = (['d', 'h', 'm', 's'] as const).find((unit) => ms > 0 && ms % unitMs[unit] === 0) ?? 'ms';
  return `${ms / unitMs[largest]}${largest}`;
}
