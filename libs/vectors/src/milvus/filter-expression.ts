import type { ComparedValue, RowCondition } from '../row-condition.js';
import { writeCondition } from '../write-condition.js';
import type { VectorCollection } from '../vectors.js';

/** A condition as an expression of Milvus: https://milvus.io/docs/boolean.md */
export function filterOf(collection: VectorCollection, condition: RowCondition): string {
  return writeCondition(collection, condition, {
    comparison: (field, is, value, type) => {
      if (type === 'boolean') return booleanFilter(field, is, value === true);
      return `${field} ${is === '=' ? '==' : is} ${literal(value)}`;
    },
    in: (field, values) => `${field} in [${values.map(literal).join(', ')}]`,
  });
}

/** Milvus does not order booleans. */
function booleanFilter(field: string, is: string, value: boolean): string {
  const accepted = [false, true].filter((each) => {
    const [one, other] = [Number(each), Number(value)];
    switch (is) {
      case '=':
        return one === other;
      case '!=':
        return one !== other;
      case '<':
        return one < other;
      case '<=':
        return one <= other;
      case '>':
        return one > other;
      default:
        return one >= other;
    }
  });
  return `${field} in [${accepted.join(', ')}]`;
}

/** The SDK's own `ids` does not escape quotes, with which the key of a text id begins. */
export function literal(value: ComparedValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  // A number without a point is an integer in an expression.
  if (typeof value === 'number') return Number.isInteger(value) && !/e/.test(`${value}`) ? `${value}.0` : `${value}`;
  // Milvus reads the sign apart from the digits, which are more than the largest integer.
  return value === leastInteger ? `(${leastInteger + 1n} - 1)` : `${value}`;
}

const leastInteger = -(2n ** 63n);
