import { formatCount } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import type { CollectionUse, ListedCollection } from './list-collections.js';

const columns: readonly Column[] = [
  { title: 'COLLECTION' },
  { title: 'ALIAS' },
  { title: 'USE' },
  { title: 'MODEL' },
  { title: 'DIMENSIONS', right: true, spare: 2 },
  { title: 'VECTORS', right: true },
  { title: 'PIPELINES', spare: 1 },
];

const useTexts: Readonly<Record<CollectionUse, string>> = {
  searched: 'searched',
  filling: 'being filled',
  kept: 'kept',
  unloaded: 'its pipeline is not loaded',
};

/** No line is longer than `maxColumns`, except for the values of single fields. */
export function collectionsText(listed: readonly ListedCollection[], maxColumns: number): string {
  if (listed.length === 0) return 'no pipeline makes vectors\n';
  const rows = listed.map(({ collection, aliases, use, model, dimensions, vectors, pipelines }) => [
    ...[collection, aliases.join(', '), useTexts[use], model ?? '', dimensions === null ? '' : String(dimensions)],
    ...[formatCount(vectors), pipelines.join(', ')],
  ]);
  const kept = listed.some(({ use }) => use === 'kept')
    ? 'what is kept goes with: batchmill vectors drop COLLECTION\n'
    : '';
  const filling = listed.some(({ use }) => use === 'filling')
    ? 'an alias moves at the end of a run once nothing is missing, or with: batchmill vectors switch PIPELINE\n'
    : '';
  return `${table(columns, rows, maxColumns)}${filling}${kept}`;
}
