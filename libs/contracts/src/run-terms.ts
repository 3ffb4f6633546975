/** Which half of a pipeline a run executes. The provider's URL paths follow from it and from the function. */
export const endpoints = ['embeddings', 'inference'] as const;
export type Endpoint = (typeof endpoints)[number];

/**
 * Which ended documents a run takes. `missing`: those that lack functions, and no pending ones. Beside these and the pending ones,
 * `failed`: those that failed, for their functions that failed. `stale`: those whose text is another one since their vector was made.
 * `all`: all, for all its functions.
 */
export const redos = ['missing', 'failed', 'stale', 'all'] as const;
export type Redo = (typeof redos)[number];

/** Run ids are part of file names, keys and the provider's metadata. */
export const runIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** `20m`, `2h`, `1d`, or a time in ISO 8601 with its zone. */
export const deadlinePattern =
  /^(?:[1-9]\d{0,4}(?:s|m|h|d)|\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))$/;

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The time that a `deadline` means. Null: it is no time. */
export function deadlineAfter(deadline: string, start: Date): Date | null {
  if (!deadlinePattern.test(deadline)) return null;
  const [, count, unit = ''] = /^(\d+)([smhd])$/.exec(deadline) ?? [];
  const at = count === undefined ? new Date(deadline) : new Date(start.getTime() + Number(count) * (unitMs[unit] ?? 0));
  return Number.isNaN(at.getTime()) ? null : at;
}
