import type { RunReport } from '@batchmill/service';
import { formatCount, formatQuantity, formatTime } from './format.js';

const shownValue = 60;

/** What was requested, one line per item, for people. Follows the summary. */
export function runDetails({ request, functions, parameters, models, textsDeletedAt }: RunReport): string {
  const lines = [
    ...(functions.length > 0 ? [`functions ${functions.join(', ')}`] : []),
    ...(models.length > 0 ? [`models    ${models.join(', ')}`] : []),
    ...Object.entries(parameters).map(([name, value]) => `parameter ${name}: ${valueText(value)}`),
    ...(request?.documents === undefined ? [] : [`only      ${formatQuantity(request.documents.length, 'document')}`]),
    ...(request?.limit === undefined ? [] : [`documents at most ${formatCount(request.limit)}`]),
    ...Object.entries(request?.labels ?? {}).map(([name, value]) => `label     ${name}: ${value}`),
    ...(request?.redo === undefined ? [] : [`redo      ${request.redo}`]),
    ...(textsDeletedAt === null ? [] : [`texts     our copies were deleted at ${formatTime(textsDeletedAt)}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Long lists are counted. */
function valueText(value: unknown): string {
  const text = JSON.stringify(value);
  if (text.length <= shownValue) return text;
  return Array.isArray(value) ? formatQuantity(value.length, 'entry', 'entries') : `${text.slice(0, shownValue)}…`;
}
