import { formatCount, formatQuantity, formatTime } from '../show/format.js';
import { table, type Column } from '../show/table.js';
import { sanitizeLine } from '../show/terminal.js';
import type { AuditReport, ReportedDifference } from './audit-report.js';
import type { UnusedAnswers } from './unused-answers.js';

const columns: readonly Column[] = [
  { title: 'DIFFERENCE' },
  { title: 'BATCH' },
  { title: 'ID', spare: 1 },
  { title: 'BOOKS' },
  { title: 'PROVIDER' },
  { title: 'FIX', spare: 2 },
];

const mendTexts = { sweep: 'the sweep for orphans', delete: 'delete the file', due: 'poll it now' } as const;

const unusedTexts: Readonly<Record<UnusedAnswers['why'], string>> = {
  orphaned: 'billed: the provider batch was found too late',
  lost: 'perhaps billed: the batch was given up as lost',
  'not-ingested': 'billed: the results could not be read',
  'never-shown': 'billed: the provider never showed the result file, or has it no more',
};

export function auditText(report: AuditReport, maxColumns: number): string {
  const { differences, unused } = report;
  return [
    headLine(report),
    tokensLine(report),
    ...unused.map(unusedLine),
    differences.length === 0 ? 'no differences\n' : table(columns, differences.map(rowOf), maxColumns),
    lastLine(differences),
  ].join('');
}

function headLine({ since, batches }: AuditReport): string {
  const { ours, otherInstallations, otherPrograms, atOtherAccounts } = batches;
  const others = [
    ...(otherInstallations > 0 ? [`${formatCount(otherInstallations)} of other installations`] : []),
    ...(otherPrograms > 0 ? [`${formatCount(otherPrograms)} of other programs`] : []),
    ...(atOtherAccounts > 0 ? [`${formatCount(atOtherAccounts)} at other accounts, not compared`] : []),
  ];
  const own = `${formatQuantity(ours, 'provider batch', 'provider batches')} of this installation since ${formatTime(since)}`;
  return `${[own, ...others].join('; ')}\n`;
}

function tokensLine({ tokens: { batches, books, provider } }: AuditReport): string {
  if (batches === 0) return '';
  const of = ({ input, output }: typeof books): string => `${formatCount(input)} in, ${formatCount(output)} out`;
  return `tokens of ${formatQuantity(batches, 'ingested batch', 'ingested batches')}: ${of(books)} in the books; ${of(provider)} by the provider\n`;
}

function unusedLine({ batchId, requests, why }: UnusedAnswers): string {
  return `not used: ${formatQuantity(requests, 'request')} of ${batchId}, ${unusedTexts[why]}\n`;
}

function rowOf({ kind, batchId, providerId, books, provider, mend, outcome }: ReportedDifference): string[] {
  const fix = outcome ?? (mend === null ? '' : mendTexts[mend]);
  return [kind, batchId, providerId, books, provider, fix].map(sanitizeLine);
}

function lastLine(differences: readonly ReportedDifference[]): string {
  const mendable = differences.filter(({ mend, outcome }) => mend !== null && outcome === null).length;
  return mendable === 0
    ? ''
    : `batchmill audit --fix mends ${formatCount(mendable)} of ${formatCount(differences.length)}\n`;
}
