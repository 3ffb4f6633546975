import { compileDocument, compileValue } from '../query/compile-filter.js';
import { isOperators } from '../query/operators.js';
import { Bracket, bracketOf, isDocument } from '../values/bracket.js';
import { equalValues } from '../values/compare-values.js';

/** Whether an element of an array is one of those that `$pull` names: a value, a condition, or a filter of objects. */
export function compilePull(operand: unknown): (element: unknown) => boolean {
  if (isOperators(operand) || bracketOf(operand) === Bracket.regex) {
    return compileValue(operand);
  }
  return isDocument(operand) ? compileDocument(operand) : (element) => equalValues(element, operand);
}
