import type { DeadlineReport, PredictedRun, RunReport, UnusedWork } from '@batchmill/service';
import type { AliasMove } from '@batchmill/records';
import { formatCount, formatDuration, formatPercent, formatQuantity, formatTime, formatUsd } from './format.js';
import { missingText } from './missing-text.js';
import { sanitizeLine } from './terminal.js';

/** A report of a run for human readers, one line per item. */
export function runSummary(report: RunReport): string {
  const { runId, pipeline, endpoint, status, total, tokens, cost } = report;
  const lines = [`run       ${runId} (${pipeline ?? 'no pipeline'}${endpoint === null ? '' : `, ${endpoint}`})`];
  lines.push(`status    ${status}${report.reason === null ? '' : `: ${report.reason}`}`);
  if (report.waiting !== null) {
    lines.push(`waiting   since ${formatTime(report.waiting.since)}: ${report.waiting.message}`);
  }
  if (report.unknownIds !== null) lines.push(`not found ${unknownIdsText(report.unknownIds)}`);
  if (report.progress.awaitsTrial) lines.push('trial     the rest of the documents follows when its trial is answered');
  lines.push(...prospectLines(report));
  if (report.pausedAt !== null) {
    if (report.pauseReason !== null) lines.push(`paused    ${report.pauseReason}`);
    lines.push(`paused    since ${formatTime(report.pausedAt)}; resume it with: batchmill runs resume ${runId}`);
  }
  if (report.progress.held > 0) {
    const held = formatQuantity(report.progress.held, 'batch', 'batches');
    lines.push(`held      ${held} sent under another account; see: batchmill batch list --run ${runId}`);
  }
  if (report.progress.idle > 0) {
    const idle = formatQuantity(report.progress.idle, 'batch', 'batches');
    lines.push(`idle      ${idle} at the provider without progress; see: batchmill batch list --run ${runId}`);
  }
  if (report.aliasMove !== null) lines.push(...aliasLines(report.aliasMove, pipeline));
  if (total === 0) {
    if (status === 'finished') lines.push('no pending documents found: total 0');
    return `${lines.join('\n')}\n`;
  }
  lines.push(`documents ${documentsText(report)}`);
  if (report.missing.length > 0) lines.push(`missing   found that ${missingText(report.missing)}`);
  if (report.stale > 0)
    lines.push(`stale     found that ${formatQuantity(report.stale, 'document was', 'documents were')} stale`);
  if (report.errors.length > 0) lines.push(...errorLines(report));
  else if (report.failed > 0 && report.firstError !== null) lines.push(`error     ${report.firstError}`);
  if (report.keptAnswers > 0 && report.failed + report.left > 0) {
    const kept = formatQuantity(report.keptAnswers, 'answer', 'answers');
    lines.push(`kept      ${kept} that could not be used; after a repair: batchmill batch reprocess --run ${runId}`);
  }
  if (report.reprocessed.answers > 0) lines.push(`          ${reprocessedText(report.reprocessed)}`);
  lines.push(`requests  ${requestsText(report)}`);
  lines.push(`tokens    ${formatCount(tokens.input)} in, ${formatCount(tokens.output)} out`);
  lines.push(`cost      ${formatUsd(cost.usd)}, synchronously ${formatUsd(cost.synchronousUsd)}`);
  if (report.savings !== null) lines.push(`saved     ${savedText(report.savings)}`);
  if (report.predicted !== null) lines.push(...predictedLines(report.predicted));
  if (report.deadline !== null) lines.push(`deadline  ${deadlineText(report.deadline)}`);
  if (report.limitUsd !== null) {
    const reserved =
      report.reservedUsd > 0 ? `, ${formatUsd(report.reservedUsd)} of it set aside for batches at work` : '';
    lines.push(`limit     ${formatUsd(report.limitUsd)} at most${reserved}`);
  }
  if (report.lost.batches > 0) {
    const lost = formatQuantity(report.lost.batches, 'batch', 'batches');
    lines.push(`lost      ${lost} given up; the provider may still bill up to ${unusedText(report.lost)}`);
  }
  if (report.orphaned.requests > 0) {
    lines.push(`orphaned  found too late to be used, and billed: ${unusedText(report.orphaned)}`);
  }
  if (report.startedAt !== null && report.finishedAt !== null) {
    lines.push(`time      ${formatDuration(Date.parse(report.finishedAt) - Date.parse(report.startedAt))}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Which vectors searches find from now on. */
function aliasLines({ alias, from, to, isDone, isOfOtherModel }: AliasMove, pipeline: string | null): string[] {
  const name = pipeline ?? 'PIPELINE';
  const fill = isOfOtherModel
    ? `batchmill run ${name} --endpoint embeddings --redo stale`
    : `batchmill verify ${name} --fix`;
  return isDone
    ? [
        `alias     ${alias} finds the vectors of ${to} now`,
        `          ${from} stays until: batchmill vectors drop ${from}`,
      ]
    : [
        `alias     ${alias} still finds the vectors of ${from}, since ${to} lacks some of them`,
        `          ${isOfOtherModel ? 'embed the rest with' : 'make them pending with'}: ${fill}`,
      ];
}

/** `2 ids have no document: 7, b-9`. */
function unknownIdsText({ count, first }: NonNullable<RunReport['unknownIds']>): string {
  const more = count > first.length ? ' …' : '';
  return `${formatQuantity(count, 'id has', 'ids have')} no document: ${first.map(sanitizeLine).join(', ')}${more}`;
}

/** How many requests there were, in how many batches, and how many were not sent. */
export function requestsText({
  requests,
  reusedRequests,
  batches,
}: Pick<RunReport, 'requests' | 'reusedRequests' | 'batches'>): string {
  const sent = `${formatCount(requests)} in ${formatQuantity(batches, 'batch', 'batches')}`;
  if (reusedRequests === 0) return sent;
  return `${sent}; of these ${formatCount(reusedRequests)} not sent: the answer to the same request is taken`;
}

/** The one number: `$1.20 of $2.00 (60 %)`. */
export function savedText({ savedUsd, ofUsd }: { readonly savedUsd: number; readonly ofUsd: number }): string {
  const percent = ofUsd > 0 ? ` (${formatPercent(savedUsd / ofUsd)})` : '';
  return `${formatUsd(savedUsd)} of ${formatUsd(ofUsd)}${percent}`;
}

/** What it waits for, without what stands in other lines, and when it is done. */
function prospectLines({ outlook: { waits, forecast, noForecast }, progress, pausedAt }: RunReport): string[] {
  const shown = waits.filter(({ for: kind }) => ['queue', 'rate-limit', 'provider', 'retry'].includes(kind));
  const lines = shown.map(({ says }) => `waiting   ${says.join(', ')}`);
  if (forecast !== null) lines.push(`forecast  ${forecast.says.join(', ')}`);
  else if (noForecast !== null && progress.claimed > 0 && pausedAt === null)
    lines.push(`forecast  none: ${noForecast}`);
  return lines;
}

/** What was predicted, in the order of the lines of requests, tokens and cost, which stand above it. */
export function predictedLines({ documents, sampled, requests, batches, tokens, cost }: PredictedRun): string[] {
  const { floor, expected, worst } = cost;
  const from = sampled < documents ? `, from ${formatCount(sampled)} of ${formatCount(documents)} documents` : '';
  return [
    `predicted ${formatCount(requests)} in ${formatQuantity(batches, 'batch', 'batches')}; ` +
      `${formatCount(tokens.input)} in, ${formatCount(tokens.expectedOutput)} out${from}`,
    `          ${formatUsd(expected.usd)}, from ${formatUsd(floor.usd)} to ${formatUsd(worst.usd)}; ` +
      `synchronously ${formatUsd(expected.synchronousUsd)}`,
  ];
}

const shownErrors = 5;

/** The most frequent errors, and the commands that go on. */
function errorLines({ runId, pipeline, endpoint, status, errors, failed }: RunReport): string[] {
  const lines = errors.slice(0, shownErrors).map(({ code, requests, message }) => {
    return `error     ${formatQuantity(requests, 'request')}: ${code}: ${message}`;
  });
  const more = errors.length - shownErrors;
  if (more > 0) lines.push(`          ${formatQuantity(more, 'more code')}: batchmill runs show ${runId} --json`);
  if (failed === 0) return lines;
  lines.push(`          which documents: batchmill documents list --failed --run ${runId}`);
  if (status !== 'finished' && status !== 'incomplete') return lines;
  const flags = endpoint === null ? '' : ` --endpoint ${endpoint}`;
  lines.push(`          when it is corrected: batchmill run ${pipeline ?? 'PIPELINE'}${flags} --redo failed`);
  return lines;
}

function reprocessedText({ answers, documents }: RunReport['reprocessed']): string {
  const used = formatQuantity(answers, 'kept answer was', 'kept answers were');
  return `${used} used later, which completed ${formatQuantity(documents, 'document', 'documents')}`;
}

function documentsText({ finishedAt, total, succeeded, failed, left, takenOver }: RunReport): string {
  return [
    finishedAt === null ? `${formatCount(total)} claimed` : `${formatCount(succeeded + failed)} processed`,
    `${formatCount(succeeded)} succeeded`,
    `${formatCount(failed)} failed`,
    ...(left > 0 ? [`${formatCount(left)} left`] : []),
    ...(takenOver > 0 ? [`${formatCount(takenOver)} taken over by other runs`] : []),
  ].join(', ');
}

function deadlineText({ at, lateByMs, met, ...moved }: DeadlineReport): string {
  const { synchronousRequests, announcedUsd, extraUsd } = moved;
  const late = met === null ? 'it will be missed' : 'missed';
  const inTime = { true: 'met', false: 'not met: the run ended before all of it was done', null: 'it can be met' }[
    `${met}`
  ];
  const lane =
    synchronousRequests === 0
      ? ''
      : `; ${formatQuantity(synchronousRequests, 'request')} sent synchronously for ${formatUsd(extraUsd)} more (announced: ${formatUsd(announcedUsd)})`;
  return `${formatTime(at)}: ${lateByMs > 0 ? `${late} by ${formatDuration(lateByMs)}` : inTime}${lane}`;
}

function unusedText({ requests, inputUsd }: UnusedWork): string {
  return `${formatQuantity(requests, 'request')} (their input: about ${formatUsd(inputUsd)})`;
}

/** The JSON of `run --json` and `runs show --json`. */
export function runJson(report: RunReport): Record<string, unknown> {
  const { runId, pipeline, endpoint, status, total, succeeded, failed, left, takenOver, reason } = report;
  const { keptAnswers, reprocessed, requests, batches, tokens, cost, firstError, pausedAt, startedAt, finishedAt } =
    report;
  const { waiting, lost, orphaned, request, functions, parameters, models, errors, outlook } = report;
  return {
    runId,
    pipeline,
    endpoint,
    functions,
    parameters,
    models,
    ...(request?.limit !== undefined && { limit: request.limit }),
    ...(request?.redo !== undefined && { redo: request.redo }),
    ...(request?.documents !== undefined && { documents: request.documents }),
    ...(report.unknownIds !== null && { unknownIds: report.unknownIds }),
    ...(report.missing.length > 0 && { missing: report.missing }),
    ...(report.stale > 0 && { stale: report.stale }),
    ...(report.aliasMove !== null && { aliasMove: report.aliasMove }),
    status,
    total,
    succeeded,
    failed,
    left,
    takenOver,
    errors,
    keptAnswers,
    reprocessed,
    requests,
    ...(report.reusedRequests > 0 && { reusedRequests: report.reusedRequests }),
    batches,
    tokens,
    cost,
    ...(report.savings !== null && { savings: report.savings }),
    ...(report.predicted !== null && { predicted: report.predicted }),
    ...(report.limitUsd !== null && { limitUsd: report.limitUsd, reservedUsd: report.reservedUsd }),
    ...(report.deadline !== null && { deadline: report.deadline }),
    ...(request?.labels !== undefined && { labels: request.labels }),
    pausedAt,
    ...(report.pauseReason !== null && { pauseReason: report.pauseReason }),
    startedAt,
    finishedAt,
    ...(waiting === null ? {} : { waiting }),
    ...(finishedAt === null && { waits: outlook.waits, forecast: outlook.forecast, noForecast: outlook.noForecast }),
    ...(lost.batches > 0 && { lost }),
    ...(orphaned.requests > 0 && { orphaned }),
    ...(firstError === null ? {} : { firstError }),
    ...(reason === null ? {} : { reason }),
  };
}
