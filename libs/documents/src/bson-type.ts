interface BsonValue {
  readonly _bsontype: unknown;
  toString(): string;
}

/**
 * The name of a BSON type (`ObjectId`, `Long` …); undefined for JavaScript's own values. By its mark: drivers bring their
 * own classes.
 */
export function bsonType(value: unknown): string | undefined {
  return isBsonValue(value) && typeof value._bsontype === 'string' ? value._bsontype : undefined;
}

export function isBsonValue(value: unknown): value is BsonValue {
  return typeof value === 'object' && value !== null && '_bsontype' in value;
}
