interface BsonValue {
  readonly _bsontype: unknown;
  toString(): string;
}

/**
 * The name of a BSON type (`ObjectId`, `Long` …); undefined for JavaScript's own values. Read from `_bsontype`, since each
 * driver has its own classes.
 */
export function bsonType(value: unknown): string | undefined {
  return isBsonValue(value) && typeof value._bsontype === 'string' ? value._bsontype : undefined;
}

export function isBsonValue(value: unknown): value is BsonValue {
  return typeof value === 'object' && value !== null && '_bsontype' in value;
}
