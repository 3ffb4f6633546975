import { refuseFilter } from '../refusals.js';
import { Bracket, bracketOf } from '../values/bracket.js';
import { regexParts } from '../values/contents.js';

/**
 * A pattern that a filter names, by its text or as a regular expression. `options` take the place of its own. Without
 * the flags that make a search depend on the one before.
 */
export function patternOf(path: string, pattern: unknown, options?: unknown): RegExp {
  const [text, ownOptions] = partsOf(path, pattern);
  const flags = options ?? ownOptions.replaceAll(/[gy]/g, '');
  if (typeof flags !== 'string' || (options !== undefined && !/^[imsu]*$/.test(flags))) {
    refuseFilter(`${path}: $options found ${JSON.stringify(options)}, wanted letters of i, m, s and u`);
  }
  try {
    return new RegExp(text, flags);
  } catch (cause) {
    return refuseFilter(`${path}: /${text}/${flags} is no regular expression of JavaScript`, cause);
  }
}

function partsOf(path: string, pattern: unknown): readonly [text: string, options: string] {
  if (typeof pattern === 'string') {
    return [pattern, ''];
  }
  return typeof pattern === 'object' && pattern !== null && bracketOf(pattern) === Bracket.regex
    ? regexParts(pattern)
    : refuseFilter(`${path}: $regex needs a text or a regular expression`);
}
