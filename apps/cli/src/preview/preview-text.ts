import { countTokens } from '@batchmill/models';
import { readPrompts, type RequestPrompt, type RenderFailure, type RenderedRequest } from '@batchmill/provider';
import { count, usd } from '../show/amounts.js';
import { oneLine } from '../show/printable.js';
import { wrapped } from '../show/wrapped.js';
import type { Preview, PreviewedDocument } from './preview-run.js';

const mostLines = 40;
const mostNames = 40;

/** What a person reads before a run: each prompt as it would be sent, then what they would cost. */
export function previewText(preview: Preview, columns: number): string {
  const { documents, pipeline, endpoint } = preview;
  if (documents.length === 0) {
    return paragraph(`${pipeline}: ${whyNone(preview)}`, 0, columns);
  }
  const head = paragraph(`${pipeline}, ${endpoint}: ${whichOf(preview)}`, 0, columns);
  const shown = documents.map((document, index) => documentText(document, index + 1, columns));
  return `${head}\n${shown.join('\n')}\n${footText(preview, columns)}`;
}

function whyNone({ collection, stored, statusAsked }: Preview): string {
  if (stored === 0) return `${collection} holds no document; batchmill load FILE --collection ${collection} fills it`;
  const hint = statusAsked === null ? '' : `; the query asks for ${statusAsked}, and what is done has another by now`;
  return `none of the ${count(stored)} documents in ${collection} matches the query${hint}`;
}

function whichOf({ documents, pending, matching }: Preview): string {
  const shown = documents.length;
  if (pending === 0) {
    return `${shown} of ${count(matching)} documents that match; none is pending`;
  }
  if (pending === 1) return 'the one document that is pending';
  return shown === pending
    ? `all ${count(pending)} documents pending`
    : `${shown} of ${count(pending)} documents pending`;
}

function documentText(
  { id, requests, failures, unwritable, there }: PreviewedDocument,
  number: number,
  columns: number,
): string {
  const blocks = [
    ...requests.map((request) => requestText(request, columns)),
    ...failures.map((failure) => failureText(failure, 'cannot be asked', columns)),
    ...unwritable.map((failure) => failureText(failure, 'its answer could not be written', columns)),
    ...(failures.length + unwritable.length === 0 ? [] : [paragraph(`there is: ${namesText(there)}`, 4, columns)]),
  ];
  return [paragraph(`${number}  ${oneLine(id)}`, 0, columns), ...blocks].join('');
}

function requestText(request: RenderedRequest, columns: number): string {
  const { function: name, model, url, body, inputTokens, maxOutputTokens } = request;
  const temperature = body['temperature'];
  const how = [
    `${name}: ${model}`,
    url,
    ...(typeof temperature === 'number' ? [`temperature ${temperature}`] : []),
    ...('response_format' in body || 'text' in body ? ['JSON of a schema'] : []),
  ];
  const answer = maxOutputTokens === 0 ? '' : `, ${count(maxOutputTokens)} out at most`;
  return [
    paragraph(how.join(', '), 2, columns),
    ...readPrompts(request).map((prompt) => promptText(prompt, model, columns)),
    paragraph(`${count(inputTokens)} tokens in${answer}`, 4, columns),
  ].join('');
}

function promptText({ role, text }: RequestPrompt, model: string, columns: number): string {
  const lines = wrapped(text, columns - 6);
  const more = lines.length - mostLines;
  const shown = more > 0 ? [...lines.slice(0, mostLines), `… ${count(more)} more lines; --json has all`] : lines;
  return `${paragraph(`${role}, ${count(countTokens(text, model))} tokens`, 4, columns)}${indented(shown, 6)}`;
}

function failureText({ function: name, error }: RenderFailure, what: string, columns: number): string {
  return `${paragraph(`${name}: ${what}`, 2, columns)}${paragraph(`${error.kind}: ${error.message}`, 4, columns)}`;
}

function namesText(names: readonly string[]): string {
  const more = names.length - mostNames;
  return more <= 0 ? names.join(', ') : `${names.slice(0, mostNames).join(', ')} and ${count(more)} more`;
}

function footText({ documents, cost }: Preview, columns: number): string {
  const failed = documents.reduce((sum, { failures }) => sum + failures.length, 0);
  const facts = [
    `requests  ${count(cost.requests)}${failed === 0 ? '' : `, and ${count(failed)} that cannot be asked`}`,
    `tokens    ${count(cost.inputTokens)} in, ${count(cost.maxOutputTokens)} out at most`,
    `cost      at most ${usd(cost.usd)}, synchronously ${usd(cost.synchronousUsd)}`,
    ...(cost.unpriced.length === 0
      ? []
      : [`no price is known for ${cost.unpriced.join(', ')}; BATCHMILL_PRICES can say it`]),
    'nothing was sent or written',
  ];
  return facts.map((fact) => paragraph(fact, 0, columns)).join('');
}

function paragraph(text: string, indent: number, columns: number): string {
  return indented(wrapped(text, columns - indent), indent);
}

function indented(lines: readonly string[], by: number): string {
  return lines.map((line) => `${line === '' ? '' : ' '.repeat(by)}${line}\n`).join('');
}
