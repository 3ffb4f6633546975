import { refuseFilter } from '../refusals.js';
import { Bracket, bracketOf } from '../values/bracket.js';
import { regexParts } from '../values/contents.js';

/**
 * Compiles a pattern that is given as text or as a regular expression. `options` replace the expression's own. Drops the
 * flags `g` and `y`, with which a search would depend on the previous one.
 */
export function patternOf(path: string, pattern: unknown, options?: unknown): RegExp {
  const [text, ownOptions] = partsOf(path, pattern);
  const flags = options ?? ownOptions.replaceAll(/[gy]/g, '');
  if (typeof flags !== 'string' || (options !== undefined && !/^[imsu]*$/.test(flags))) {
    refuseFilter(`${path}: found $options ${JSON.stringify(options)}, expected letters of i, m, s and u`);
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
