import { usdOf } from '@batchmill/models';
import { expectedShare, type Estimate, type ExpectedAnswers, type UnaskedDocuments } from '@batchmill/pipeline';
import { usdRangeOf, type PipelineEstimate } from '@batchmill/service';
import { formatCount, formatQuantity, formatUsd } from '../show/format.js';
import { missingText } from '../show/missing-text.js';
import { table, type Column } from '../show/table.js';
import { terminalColumns } from '../show/terminal.js';

const columns: readonly Column[] = [
  { title: 'MODEL' },
  { title: 'REQUESTS', right: true },
  { title: 'BATCHES', right: true, spare: 2 },
  { title: 'TOKENS IN', right: true, spare: 1 },
  { title: 'OUT', right: true, spare: 3 },
  { title: 'OUT AT MOST', right: true, spare: 3 },
  { title: 'FLOOR', right: true, spare: 1 },
  { title: 'EXPECTED', right: true },
  { title: 'WORST', right: true },
];

const statuses = {
  none: 'pending',
  missing: 'lacking a function',
  failed: 'pending or failed',
  stale: 'pending or stale',
  all: 'pending, completed or failed',
} as const;

/** Zero is not said: the head says that nothing is pending or stale. */
function staleLines(stale = 0): string[] {
  if (stale === 0) return [];
  const are = stale === 1 ? '1 is' : `${formatCount(stale)} are`;
  return [`${are} stale: what would be embedded now is not what was`];
}

/** The number of documents, a table with a row per model, and what its numbers are made of. */
export function estimateText(report: PipelineEstimate): string {
  const { pipeline, claimableCount, missing, others, redo, stale, estimate } = report;
  const status = statuses[redo ?? 'none'];
  if (claimableCount === 0) {
    const reason =
      others === 0
        ? 'no document matches'
        : others === 1
          ? `1 document matches, and it is not ${status}`
          : `${formatCount(others)} documents match, and none of them is ${status}`;
    return `${pipeline}: ${reason}; there is nothing to estimate from\n`;
  }
  const total = estimate.models.length > 1 ? [{ ...estimate, model: 'in all' }] : [];
  const rows = [...estimate.models, ...total].map((row) => {
    const { floor, expected, worst } = usdRangeOf(row.cost);
    return [
      row.model,
      formatCount(row.requests),
      formatCount(row.batches),
      formatCount(row.inputTokens),
      formatCount(row.expectedOutputTokens),
      formatCount(row.maxOutputTokens),
      formatUsd(floor.usd),
      formatUsd(expected.usd),
      formatUsd(worst.usd),
    ];
  });
  const asIf = estimate.documents === claimableCount ? '' : `, estimated for ${formatCount(estimate.documents)}`;
  const lacking = missing.length === 0 || redo === 'missing' ? '' : ' or lacking a function';
  const head = `${pipeline}: ${formatQuantity(claimableCount, 'document')} ${status}${lacking}${asIf}\n`;
  const lines = [
    ...(missing.length === 0 ? [] : [`of these, ${missingText(missing)}`]),
    ...staleLines(stale),
    ...(rows.length === 0 ? [] : [synchronousLine(estimate), ...answersLines(estimate.answers)]),
    ...reusedLines(estimate),
    ...sampledLines(estimate, estimate.documents === claimableCount),
    ...unaskedLines(estimate.unasked, isExtrapolated(estimate)),
  ];
  const nothing = estimate.reused > 0 ? 'nothing is to be sent\n' : 'nothing can be asked\n';
  const shown = rows.length === 0 ? nothing : table(columns, rows, terminalColumns());
  return `${head}${shown}${lines.map((line) => `${line}\n`).join('')}${unpricedText(estimate.unpriced)}`;
}

function reusedLines({ reused, ...estimate }: Estimate): string[] {
  if (reused === 0) return [];
  const about = isExtrapolated({ reused, ...estimate }) ? 'about ' : '';
  return [`not counted: ${about}${formatQuantity(reused, 'request')}, which take the answer to an earlier one`];
}

/** Documents that cannot be asked, by the reason: one line each, the most first. */
export function unaskedLines(unasked: readonly UnaskedDocuments[], isAbout = false): string[] {
  return unasked.map(({ code, message, documents }) => {
    const count = `${isAbout ? 'about ' : ''}${formatQuantity(documents, 'document')}`;
    return `${count} cannot be asked: ${code}: ${message}`;
  });
}

/** Empty when every model has a price. */
export function unpricedText(models: readonly string[]): string {
  return models.length === 0 ? '' : `no price is known for ${models.join(', ')}; set it in BATCHMILL_PRICES\n`;
}

function synchronousLine({ cost }: Estimate): string {
  const { floor, expected, worst } = usdRangeOf(cost);
  const { nanoUsd, synchronousNanoUsd } = cost.expected;
  const saved = nanoUsd === null || synchronousNanoUsd === null ? null : usdOf(synchronousNanoUsd - nanoUsd);
  const range = [floor, expected, worst].map(({ synchronousUsd }) => formatUsd(synchronousUsd));
  return `synchronously ${range[0]}, ${range[1]} and ${range[2]}: of what is expected, ${formatUsd(saved)} is saved`;
}

const shownFunctions = 5;

/** What `expected` means. Nothing for vectors, which have no tokens. */
function answersLines(answers: readonly ExpectedAnswers[]): string[] {
  const earlier = answers.filter(({ basis }) => basis === 'earlier-runs');
  const unknown = answers.filter(({ basis }) => basis === 'share-of-max');
  const listed = earlier.slice(0, shownFunctions).map(({ function: name, tokensPerRequest, answers: count }) => {
    return `${name} ${formatCount(Math.round(tokensPerRequest))} tokens (${formatQuantity(count, 'answer')})`;
  });
  const more = earlier.length - listed.length;
  const names = unknown.length === answers.length ? '' : ` of ${unknown.map((each) => each.function).join(', ')}`;
  return [
    ...(earlier.length === 0
      ? []
      : [`expected as in earlier runs: ${listed.join(', ')}${more > 0 ? ` and ${more} more functions` : ''}`]),
    ...(unknown.length === 0
      ? []
      : [`expected answers${names}: ${expectedShare * 100} % of the longest, since there are no earlier ones`]),
  ];
}

/** `isFound`: the documents are those that were found. */
function sampledLines(estimate: Estimate, isFound: boolean): string[] {
  const { sampled } = estimate;
  if (!isExtrapolated(estimate)) return [];
  return [`extrapolated from ${formatQuantity(sampled, 'document')}${isFound ? '; --exact reads all of them' : ''}`];
}

function isExtrapolated({ sampled, documents }: Estimate): boolean {
  return sampled < documents;
}
