/** Where a scan by `_id` continues. MongoDB compares ids of one type only, so the scan goes type by type. */
export interface ScanPosition {
  /** Index into `idTypes`. */
  readonly type: number;
  /** The last id of that type, encoded; null: none yet. */
  readonly after: string | null;
}

/** The types that an `_id` can have, in MongoDB's order. */
export const idTypes: readonly string[] = [
  'minKey',
  'null',
  'number',
  'string',
  'object',
  'binData',
  'objectId',
  'bool',
  'date',
  'timestamp',
  'maxKey',
];
