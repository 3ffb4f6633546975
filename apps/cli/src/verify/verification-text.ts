import { formatCount, formatQuantity } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import { sanitizeLine } from '../show/terminal.js';
import { differenceKinds, type Verification } from './verify-vectors.js';

const columns: readonly Column[] = [
  { title: 'DIFFERENCE' },
  { title: 'DOCUMENT' },
  { title: 'KEY', spare: 1 },
  { title: 'FIX', spare: 2 },
];

const mendTexts = {
  pending: 'pending: the next run embeds it',
  updated: 'updated, nothing was sent',
  deleted: 'deleted',
} as const;

export function verificationText(verification: Verification, maxColumns: number): string {
  const { pipeline, collection, documents, completed, vectors, ofUnknownText, differences, counts } = verification;
  const all = sumOf(verification);
  const head =
    `${pipeline}: ${formatQuantity(documents, 'document')}, ${formatCount(completed)} of them completed; ` +
    `${formatQuantity(vectors, 'vector')} in ${collection}\n`;
  const unknown =
    ofUnknownText === 0
      ? ''
      : `${formatQuantity(ofUnknownText, 'vector')} of an earlier version, of which the text is not known; to embed them again: --redo all\n`;
  if (all === 0) return `${head}${unknown}no differences\n`;
  const rows = differences.map(({ kind, document, key, mended }) =>
    [kind, document, key, mended === null ? '' : mendTexts[mended]].map(sanitizeLine),
  );
  const more = all > differences.length ? `and ${formatCount(all - differences.length)} more\n` : '';
  const sums = differenceKinds.filter((kind) => counts[kind] > 0).map((kind) => `${formatCount(counts[kind])} ${kind}`);
  return `${head}${unknown}${table(columns, rows, maxColumns)}${more}${sums.join(', ')}\n${adviceText(verification)}`;
}

/** How many differences there are. */
export function sumOf({ counts }: Verification): number {
  return differenceKinds.reduce((sum, kind) => sum + counts[kind], 0);
}

function adviceText(verification: Verification): string {
  const { pipeline, mended } = verification;
  const left = sumOf(verification) - mended.pending - mended.updated - mended.deleted;
  const run = mended.pending > 0 ? `embed what is pending with: batchmill run ${pipeline} --endpoint embeddings\n` : '';
  const unfit = verification.differences.some(({ kind, mended: mend }) => kind === 'other-fields' && mend === null);
  if (mended.pending + mended.updated + mended.deleted > 0 && unfit) {
    return `${run}the fields of ${formatQuantity(left, 'document')} do not fit; correct them, or embeddings.vectors.fields of the pipeline\n`;
  }
  return left > 0
    ? `${run}batchmill verify ${pipeline} --fix makes documents pending, updates fields and deletes orphaned vectors; --prune only deletes\n`
    : run;
}
