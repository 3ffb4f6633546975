import type { PipelineResult } from '@batchmill/service';
import { reasonInFlags } from './asked.js';
import { formatCount, formatQuantity, formatUsd } from '../show/format.js';
import { predictedLines, requestsText } from '../show/run-summary.js';
import type { OutputCounts } from './output-tally.js';

export interface OnceResult {
  /** `-` is standard output. */
  readonly output: string;
  readonly kind: 'answer' | 'vector';
  readonly counts: OutputCounts;
  /** The runs of this command; empty: there was nothing to send. */
  readonly runs: readonly PipelineResult[];
  readonly maxTokens: number | null;
  readonly home: string;
}

/** The result for human readers, one line per item. */
export function onceSummary({ output, kind, counts, runs, maxTokens, home }: OnceResult): string {
  const { documents, answered, failed, unanswered, failedAnswers, cut } = counts;
  const parts = [
    `${formatCount(answered)} with ${kind === 'answer' ? 'an answer' : 'a vector'}`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    ...(unanswered > 0 ? [`${formatCount(unanswered)} left`] : []),
  ];
  const where = output === '-' ? 'standard output' : output;
  const lines = [`output    ${where}: ${formatQuantity(documents, 'document')}, ${parts.join(', ')}`];
  for (const run of runs) {
    if (run.status === 'finished') continue;
    lines.push(`status    ${run.status}${run.reason === null ? '' : `: ${reasonInFlags(run.reason)}`}`);
    const inHome = `BATCHMILL_HOME=${home} batchmill`;
    if (run.status === 'parked') lines.push(`          see: ${inHome} parked list`);
    if (run.status === 'held') lines.push(`          see: ${inHome} batch list --run ${run.runId}`);
  }
  for (const { code, documents: count, message } of counts.errors) {
    lines.push(`error     ${formatQuantity(count, 'document')}: ${code}: ${message}`);
  }
  if (cut > 0) {
    const limit = maxTokens === null ? '' : `, ${formatQuantity(maxTokens, 'token')}`;
    lines.push(`cut       ${formatQuantity(cut, 'answer')} ended at --max-tokens${limit}: raise it to get them whole`);
  }
  const { tokens, cost, ...counted } = sumOf(runs);
  if (runs.length === 0) lines.push('requests  none: everything was asked before, and nothing is paid again');
  else {
    lines.push(`requests  ${requestsText(counted)}`);
    lines.push(`tokens    ${formatCount(tokens.input)} in, ${formatCount(tokens.output)} out`);
    lines.push(
      `cost      ${formatUsd(cost.usd)}, synchronously ${formatUsd(cost.synchronousUsd)}${cost.savedUsd === null ? '' : `: ${formatUsd(cost.savedUsd)} saved`}`,
    );
    for (const { predicted } of runs) if (predicted !== null) lines.push(...predictedLines(predicted));
  }
  if (failedAnswers > 0) lines.push('again     the same command with --redo failed asks again for those that failed');
  lines.push(`state     ${home}`);
  return `${lines.join('\n')}\n`;
}

/** The JSON of `once --json`. */
export function onceJson({ output, counts, runs, home }: OnceResult): Record<string, unknown> {
  return {
    output,
    ...counts,
    runs: runs.map(({ runId, status, predicted }) => ({ runId, status, predicted })),
    ...sumOf(runs),
    home,
  };
}

type Sum = Pick<PipelineResult, 'requests' | 'reusedRequests' | 'batches' | 'tokens' | 'cost'>;

const nothing: Sum = {
  requests: 0,
  reusedRequests: 0,
  batches: 0,
  tokens: { input: 0, output: 0 },
  cost: { usd: 0, synchronousUsd: 0, savedUsd: 0 },
};

function sumOf(runs: readonly PipelineResult[]): Sum {
  return runs.reduce<Sum>(
    (sum, { requests, reusedRequests, batches, tokens, cost }) => ({
      requests: sum.requests + requests,
      reusedRequests: sum.reusedRequests + reusedRequests,
      batches: sum.batches + batches,
      tokens: { input: sum.tokens.input + tokens.input, output: sum.tokens.output + tokens.output },
      cost: {
        usd: plus(sum.cost.usd, cost.usd),
        synchronousUsd: plus(sum.cost.synchronousUsd, cost.synchronousUsd),
        savedUsd: plus(sum.cost.savedUsd, cost.savedUsd),
      },
    }),
    nothing,
  );
}

/** Null: no price is known. */
function plus(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other;
}
