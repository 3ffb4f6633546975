import { closestName, documentError, type DocumentError } from '@batchmill/contracts';
import { isPlainObject, readPath } from '@batchmill/documents';
import { LiquidError } from 'liquidjs';
import { templateLimits } from './liquid-engine.js';
import {
  InexactNumberError,
  MissingValueError,
  TemplateKeyError,
  TemplateLimitError,
  TemplateOperatorError,
} from './render-errors.js';
import { isMissing } from './value-to-text.js';
import { lineOf } from './syntax/template-syntax-error.js';

/** The names that a template may use. */
export interface TemplateScope {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Variable to dotted path, as the pipeline maps them; null for a template that sees no document. */
  readonly fieldMap: Readonly<Record<string, string>> | null;
}

const maxNames = 12;
const maxNameCharacters = 40;

/** The document's error for what a template threw, without the document's contents. `where` names the template. */
export function templateError(where: string, caught: unknown, scope: TemplateScope): DocumentError {
  if (caught instanceof TemplateKeyError) {
    const message = `${where}: a variable in the key "${caught.key}" contains a dot, so that the key would name another field`;
    return documentError('TemplateError', 'response.bad-path', message);
  }
  if (caught instanceof TemplateOperatorError) {
    const message = `${where}: a value has a key that begins with $, which MongoDB would execute as an operator`;
    return documentError('TemplateError', 'response.bad-path', message);
  }
  const line = lineOf(caught);
  const at = line === null ? where : `${where}, line ${line}`;
  const missing = missingIn(caught);
  if (missing !== null) {
    return documentError('TemplateError', 'template.missing-value', `${at}: ${describeMissing(missing, scope)}`);
  }
  if (LiquidError.is(caught) && causeOf(caught) instanceof InexactNumberError) {
    const message = `${at}: a filter calculates with a number of more digits than it keeps; show it as it is, or calculate in a preprocess function`;
    return documentError('TemplateError', 'template.inexact-number', message);
  }
  const limit = exceededLimit(caught);
  if (limit !== null) return documentError('TemplateError', 'template.limit', `${at}: stopped because it ${limit}`);
  return documentError('TemplateError', 'template.failed', `${at}: could not be rendered for this document`);
}

/** The variable of the engine's error for an undefined variable, which only its message identifies; null for other errors. */
export function undefinedVariable(caught: unknown): string | null {
  const message = caught instanceof Error ? caught.message : '';
  return /^undefined variable: ([\w.[\]"'-]+)/.exec(message)?.[1] ?? null;
}

/** The undefined variable, or the output without a value; null for other errors. */
function missingIn(caught: unknown): string | null {
  if (!(caught instanceof Error)) return null;
  const variable = undefinedVariable(caught);
  if (variable !== null) return variable;
  if (!LiquidError.is(caught) || !(causeOf(caught) instanceof MissingValueError)) return null;
  return caught.token.getText().replaceAll(/^\{\{-?\s*|\s*-?\}\}$/g, '');
}

function describeMissing(missing: string, scope: TemplateScope): string {
  const isVariable = /^[\w.[\]"'-]+$/.test(missing);
  const withDefault = `write {{ ${missing} | default: "" }}`;
  if (scope.fieldMap === null) {
    return `there is no value for "${missing}" (${availableNames(missing, scope)}); ${withDefault}`;
  }
  const found = isVariable
    ? `the document has no value for "${missing}" (${availableNames(missing, scope)})`
    : `"${missing}" has no value for the document`;
  return `${found}; give it one, map it with fieldMap, or ${withDefault}`;
}

/** The names that exist where a missing variable was looked up. Names only, no values. */
function availableNames(missing: string, { variables, fieldMap }: TemplateScope): string {
  const parts = missing.split('.');
  const path = fieldMap?.[missing];
  if (path !== undefined) return `fieldMap takes it from "${path}"`;
  const parent = parts.slice(0, -1).join('.');
  const object = parent === '' ? variables : readPath(variables, parent);
  if (!isPlainObject(object)) return `"${parent}" is not an object`;
  const names = Object.keys(object).filter((name) => !isMissing(object[name]));
  const similar = closestName(parts.at(-1) ?? '', names);
  return [
    parent === '' ? `there is ${listNames(names)}` : `"${parent}" has ${listNames(names)}`,
    ...(similar === null ? [] : [`did you mean "${[parent, similar].filter((part) => part !== '').join('.')}"?`]),
  ].join('; ');
}

function listNames(names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  const listed = names
    .slice(0, maxNames)
    .map((name) => (name.length > maxNameCharacters ? `${name.slice(0, maxNameCharacters)}…` : name));
  const left = names.length - listed.length;
  return `${listed.join(', ')}${left === 0 ? '' : ` and ${left} more`}`;
}

/** What a template did too much of; null for other errors. The engine identifies its limits only by their messages. */
function exceededLimit(caught: unknown): string | null {
  if (caught instanceof TemplateLimitError) return caught.message;
  const message = caught instanceof Error ? caught.message : '';
  if (message.startsWith('template render limit')) return `took longer than ${templateLimits.renderLimit / 1000} s`;
  if (message.startsWith('memory alloc limit')) return 'made more text or longer lists than its memory holds';
  return null;
}

function causeOf(error: LiquidError): unknown {
  return error.originalError;
}
