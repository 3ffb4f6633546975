import { countTokens } from '@batchmill/models';
import {
  describeLimits,
  readPrompts,
  type RequestPrompt,
  type RenderFailure,
  type RenderedRequest,
} from '@batchmill/provider';
import { usdRangeOf } from '@batchmill/service';
import { nothingMatchesText } from '../documents/nothing-matches.js';
import { unpricedText } from '../estimate/estimate-text.js';
import { formatCount, formatQuantity, formatUsd } from '../show/format.js';
import { missingText } from '../show/missing-text.js';
import { sanitizeLine, wrapText } from '../show/terminal.js';
import type { Preview, PreviewedDocument } from './preview-run.js';

const maxLines = 40;
const maxVariables = 40;

/** The prompts of each document shown, and what they would cost. */
export function previewText(preview: Preview, columns: number): string {
  const { documents, pipeline, endpoint } = preview;
  if (documents.length === 0) {
    return paragraph(`${pipeline}: ${nothingMatchesText(preview)}`, 0, columns);
  }
  const head = paragraph(`${pipeline}, ${endpoint}: ${shownText(preview)}`, 0, columns);
  const shown = documents.map((document, index) => documentText(document, index + 1, columns));
  return `${head}\n${shown.join('\n')}\n${footText(preview, columns)}`;
}

function shownText({ documents, pending, missing, matching }: Preview): string {
  const shown = documents.length;
  if (missing.length > 0) {
    const all = `${formatQuantity(pending, 'document')} pending or lacking a function`;
    return `showing ${shown === pending ? 'all of' : `${shown} of`} ${all}; ${missingText(missing)}`;
  }
  if (pending === 0) {
    return `no document is pending; showing ${shown} of ${formatCount(matching)} that match`;
  }
  if (pending === 1) return 'showing the only pending document';
  return shown === pending
    ? `showing all ${formatCount(pending)} pending documents`
    : `showing ${shown} of ${formatCount(pending)} pending documents`;
}

function documentText(
  { id, requests, failures, unwritable, variables }: PreviewedDocument,
  number: number,
  columns: number,
): string {
  const blocks = [
    ...requests.map((request) => requestText(request, columns)),
    ...failures.map((failure) => failureText(failure, 'cannot be requested', columns)),
    ...unwritable.map((failure) => failureText(failure, 'its answer could not be written', columns)),
    ...(failures.length + unwritable.length === 0
      ? []
      : [paragraph(`available variables: ${variablesText(variables)}`, 4, columns)]),
  ];
  return [paragraph(`${number}  ${sanitizeLine(id)}`, 0, columns), ...blocks].join('');
}

function requestText(request: RenderedRequest, columns: number): string {
  const { function: name, model, url, body, inputTokens, maxOutputTokens } = request;
  const temperature = body['temperature'];
  const head = [
    `${name}: ${model}`,
    url,
    ...(typeof temperature === 'number' ? [`temperature ${temperature}`] : []),
    ...('response_format' in body || 'text' in body ? ['JSON with a schema'] : []),
  ];
  const answer = maxOutputTokens === 0 ? '' : `, ${formatCount(maxOutputTokens)} out at most`;
  return [
    paragraph(head.join(', '), 2, columns),
    ...readPrompts(request).map((prompt) => promptText(prompt, model, columns)),
    paragraph(`${formatQuantity(inputTokens, 'token')} in${answer}`, 4, columns),
  ].join('');
}

function promptText({ role, text }: RequestPrompt, model: string, columns: number): string {
  const lines = wrapText(text, columns - 6);
  const more = lines.length - maxLines;
  const shown =
    more > 0 ? [...lines.slice(0, maxLines), `… ${formatQuantity(more, 'more line')}; --json shows all`] : lines;
  const head = paragraph(`${role}, ${formatQuantity(countTokens(text, model), 'token')}`, 4, columns);
  return `${head}${indented(shown, 6)}`;
}

function failureText({ function: name, error }: RenderFailure, problem: string, columns: number): string {
  return `${paragraph(`${name}: ${problem}`, 2, columns)}${paragraph(`${error.kind}: ${error.message}`, 4, columns)}`;
}

function variablesText(names: readonly string[]): string {
  const more = names.length - maxVariables;
  return more <= 0 ? names.join(', ') : `${names.slice(0, maxVariables).join(', ')} and ${formatCount(more)} more`;
}

function footText({ documents, cost, provider, refusal }: Preview, columns: number): string {
  const { worst } = usdRangeOf(cost.cost);
  const failed = documents.reduce((sum, { failures }) => sum + failures.length, 0);
  const lines = [
    `requests  ${formatCount(cost.requests)}${failed === 0 ? '' : `, and ${formatCount(failed)} that cannot be made`}`,
    `tokens    ${formatCount(cost.inputTokens)} in, ${formatCount(cost.maxOutputTokens)} out at most`,
    `cost      at most ${formatUsd(worst.usd)}, synchronously ${formatUsd(worst.synchronousUsd)}`,
    `provider  ${provider.title}: at most ${describeLimits(provider.limits)} in a file`,
    ...(refusal === null ? [] : [`a run would be rejected. ${refusal}`]),
    ...(cost.unpriced.length === 0 ? [] : [unpricedText(cost.unpriced).trimEnd()]),
    'nothing was sent or written',
  ];
  return lines.map((line) => paragraph(line, 0, columns)).join('');
}

function paragraph(text: string, indent: number, columns: number): string {
  return indented(wrapText(text, columns - indent), indent);
}

function indented(lines: readonly string[], by: number): string {
  return lines.map((line) => `${line === '' ? '' : ' '.repeat(by)}${line}\n`).join('');
}
