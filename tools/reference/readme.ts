import { stageList } from '@batchmill/all-in-one';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { markdownTable } from './table.ts';

const heading = '## The stages\n\n';

/** The README with its table of stages printed again, in the columns that Prettier gives it. */
export function readmePage(): string {
  const text = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const start = text.indexOf(heading) + heading.length;
  const end = text.indexOf('\n\n', start);
  if (start < heading.length || end < 0) throw new Error('README.md: found no table of stages, expected one');
  return text.slice(0, start) + stagesTable() + text.slice(end);
}

function stagesTable(): string {
  const rows = [['stage', 'does'], ...stageList.map(({ name, does }) => [name, does])];
  return markdownTable(rows);
}
