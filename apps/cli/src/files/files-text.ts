import { formatBytes, formatQuantity, formatTime } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import { sanitizeLine } from '../show/terminal.js';
import type { FileUse } from './file-use.js';
import type { KnownFile } from './read-files.js';

const columns: readonly Column[] = [
  { title: 'FILE' },
  { title: 'KIND', spare: 1 },
  { title: 'SIZE', right: true },
  { title: 'CREATED', spare: 2 },
  { title: 'OF' },
  { title: 'BATCH', spare: 3 },
  { title: 'STATE', spare: 2 },
  { title: 'NEEDED' },
];

export const kindNames = {
  input: 'input file',
  output: 'output file',
  error: 'error file',
  result: 'result file',
} as const satisfies Record<KnownFile['kind'], string>;

const reasons: Readonly<Record<FileUse['why'], string>> = {
  'of-batch': 'yes: its batch uses it',
  'being-read': 'yes: a provider batch reads it',
  'given-up': 'no: its batch does not use it',
  ingested: 'no: its results are stored',
  'no-record': 'unknown: no record of it',
  'unused-answers': 'unknown: its answers were paid and not used',
  orphan: 'unknown: of an orphan, which a sweep records first',
  'not-ours': 'unknown: not of this installation',
};

export function filesText(files: readonly KnownFile[], maxColumns: number): string {
  if (files.length === 0) return 'the provider has no batch file and no result file of this account\n';
  const unneeded = files.filter(({ use }) => use === 'not-needed');
  const rest =
    unneeded.length === 0
      ? 'all of them are needed, or nobody can tell'
      : `${formatQuantity(unneeded.length, 'file')} (${formatBytes(sizeOf(unneeded))}) not needed: batchmill files clean`;
  const all = `${formatQuantity(files.length, 'file')}, ${formatBytes(sizeOf(files))}`;
  return `${table(columns, files.map(rowOf), maxColumns)}${all}; ${rest}\n`;
}

export function sizeOf(files: readonly KnownFile[]): number {
  return files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}

function rowOf({ id, kind, bytes, createdAt, owner, batchState, why }: KnownFile): string[] {
  return [
    sanitizeLine(id),
    kind,
    bytes === null ? '' : formatBytes(bytes),
    createdAt === null ? '' : formatTime(createdAt),
    ownerText(owner),
    owner.whose === 'ours' ? owner.batchId : '',
    batchState ?? '',
    reasons[why],
  ];
}

function ownerText(owner: KnownFile['owner']): string {
  switch (owner.whose) {
    case 'ours':
      return 'this';
    case 'other-installation':
      return sanitizeLine(owner.installation);
    case 'unknown':
      return 'unknown';
  }
}
