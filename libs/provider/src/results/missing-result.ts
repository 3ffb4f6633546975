import { retry, type Classified } from './classified.js';

/** A request that was sent and got no line in either file. */
export function missingResult(): Classified {
  return retry('provider.missing-result', 'The provider sent no line for this request, neither an answer nor an error');
}
