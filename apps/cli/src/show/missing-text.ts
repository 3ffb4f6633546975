import type { MissingCount } from '@batchmill/records';
import { formatQuantity } from './format.js';

const shownFunctions = 5;

/** `3 documents lack qa_2, 1 document lacks summary`. */
export function missingText(missing: readonly MissingCount[]): string {
  const shown = missing.slice(0, shownFunctions).map(({ function: name, documents }) => {
    return `${formatQuantity(documents, 'document lacks', 'documents lack')} ${name}`;
  });
  const more = missing.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and so on for ${formatQuantity(more, 'more function')}` : ''}`;
}
