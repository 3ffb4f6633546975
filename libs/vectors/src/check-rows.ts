import { ValidationError } from '@batchmill/contracts';
import type { VectorsErrorCode } from './error-codes.js';
import type { VectorCollection, VectorRow } from './vectors.js';

/** Throws unless every store would take the collection. */
export function checkCollection({ name, dimensions }: VectorCollection): void {
  if (!/^[A-Za-z_]\w{0,254}$/.test(name)) {
    refuse('vectors.bad-name', `The collection name "${name}" must be 1 to 255 letters, digits or _, no digit first.`);
  }
  if (!Number.isInteger(dimensions) || dimensions < 1) {
    refuse('vectors.bad-dimensions', `Collection ${name}: ${dimensions} dimensions; wanted a whole number from 1.`);
  }
}

/** Throws unless the collection that exists has the dimensions that are wanted. */
export function checkDimensions(existing: VectorCollection, wanted: number): void {
  if (existing.dimensions === wanted) return;
  refuse(
    'vectors.other-dimensions',
    `Collection ${existing.name} has ${existing.dimensions} dimensions; wanted ${wanted}. ` +
      'Name another collection or ask the model for the dimensions of this one.',
  );
}

/** For rows and searches of a collection that is not there. */
export function refuseUnknownCollection(name: string): never {
  refuse('vectors.unknown-collection', `There is no collection "${name}": ensure it first.`);
}

/** Throws at the first row that cannot be stored. Names the row, never its numbers. */
export function checkRows({ name, dimensions }: VectorCollection, rows: readonly VectorRow[]): void {
  rows.forEach((row, index) => {
    const which = `Row ${index} ("${row.key}") for collection ${name}`;
    const missing = (['key', 'chunkId', 'parentId'] as const).find((field) => row[field] === '');
    if (missing) refuse('vectors.bad-row', `${which} has an empty ${missing}.`);
    const fault = faultOf(row.vector, dimensions);
    if (fault) refuse('vectors.bad-row', `${which} ${fault}`);
  });
}

export function checkQuery({ name, dimensions }: VectorCollection, vector: Float32Array): void {
  const fault = faultOf(vector, dimensions);
  if (fault) refuse('vectors.bad-query', `The vector searched for in collection ${name} ${fault}`);
}

function faultOf(vector: Float32Array, dimensions: number): string | null {
  if (vector.length !== dimensions) {
    return `has ${vector.length} dimensions; the collection has ${dimensions}. Use the same model and dimensions.`;
  }
  // Nothing times 0 is anything but 0, unless it is not finite: one sum is told sooner than every number.
  let sum = 0;
  for (let at = 0; at < vector.length; at += 1) sum += (vector[at] ?? 0) * 0;
  if (sum === 0) return null;
  return `has a number that is not finite at position ${vector.findIndex((value) => !Number.isFinite(value))}.`;
}

function refuse(code: VectorsErrorCode, message: string): never {
  throw new ValidationError(code, message);
}
