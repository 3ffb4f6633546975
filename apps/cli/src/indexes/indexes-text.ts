import type { IndexPurpose } from '@batchmill/records';
import { formatQuantity } from '../show/format.js';
import { missingIndexes, type CollectionIndexes, type IndexReport, type IndexUse } from './wanted-indexes.js';

const purposeTexts: Readonly<Record<IndexPurpose, string>> = {
  pending: 'finds pending documents',
  missing: 'finds ended documents that lack the function',
  ids: 'finds documents by their ids',
};

/** `isMongo`: the lines for mongosh are printed, too. */
export function indexesText(report: IndexReport, { isMongo }: { readonly isMongo: boolean }): string {
  const lines = report.collections.flatMap((collection) => linesOf(collection, isMongo));
  const without = report.without.map(
    ({ pipeline, endpoint, reason }) => `${pipeline}, ${endpoint}: no index for scans: ${reason}`,
  );
  const create = missingIndexes(report).length === 0 ? [] : ['create what is missing with: batchmill indexes --create'];
  const all = [...lines, ...without, ...create];
  return all.length === 0 ? 'no pipeline wants an index\n' : `${all.join('\n')}\n`;
}

function linesOf({ collection, documents, indexes }: CollectionIndexes, isMongo: boolean): string[] {
  return [
    `${collection}: ${formatQuantity(documents, 'document')}`,
    ...indexes.flatMap((index) => [
      `  ${index.existing.length === 0 ? 'missing' : 'there  '}  ${fieldsText(index)}: ${usesText(index)}${insteadText(index)}`,
      ...(isMongo && index.existing.length === 0 ? [`           ${index.command}`] : []),
    ]),
  ];
}

export function fieldsText({ keys }: Pick<IndexUse, 'keys'>): string {
  return Object.entries(keys)
    .map(([path, direction]) => (direction === 1 ? path : `${path} descending`))
    .join(', ');
}

function usesText({ uses }: IndexUse): string {
  const pipelines = [...new Set(uses.map(({ pipeline }) => pipeline))];
  return `${[...new Set(uses.map(({ purpose }) => purposeTexts[purpose]))].join(', ')} of ${pipelines.join(', ')}`;
}

/** Names another index that answers the same. */
function insteadText({ keys, existing: [first] }: IndexUse): string {
  return first === undefined || JSON.stringify(first) === JSON.stringify(keys)
    ? ''
    : `, by the index on ${fieldsText({ keys: first })}`;
}
