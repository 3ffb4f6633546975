import { documentError, type DocumentError } from '@batchmill/contracts';
import { LiquidError } from 'liquidjs';
import { templateLimits } from './liquid-engine.js';
import { TemplateKeyError } from './template-key-error.js';
import { TemplateOperatorError } from './template-operator-error.js';
import { lineOf } from './template-syntax-error.js';
import { TemplateLimitError, TemplateNothingError } from './template-trouble.js';
import { whatIsThere, type Seen } from './what-is-there.js';

/** What a template threw for one document, said without the document's contents. `where` names the template. */
export function templateError(where: string, caught: unknown, seen: Seen): DocumentError {
  if (caught instanceof TemplateKeyError) {
    const told = `${where}: the key "${caught.key}" got another number of parts, by a dot in what stands in it`;
    return documentError('TemplateError', 'response.bad-path', told);
  }
  if (caught instanceof TemplateOperatorError) {
    const told = `${where}: what is to be written has a key that begins with $, which would be an operator`;
    return documentError('TemplateError', 'response.bad-path', told);
  }
  const line = lineOf(caught);
  const at = line === null ? where : `${where}, line ${line}`;
  const missing = missingIn(caught);
  if (missing !== null)
    return documentError('TemplateError', 'template.missing-value', `${at}: ${told(missing, seen)}`);
  const limit = limitIn(caught);
  if (limit !== null) return documentError('TemplateError', 'template.limit', `${at}: stopped, since it made ${limit}`);
  return documentError('TemplateError', 'template.failed', `${at}: could not be rendered for this document`);
}

/** The engine says it by its message alone. Null: it is something else. */
export function undefinedVariable(caught: unknown): string | null {
  const message = caught instanceof Error ? caught.message : '';
  return /^undefined variable: ([\w.[\]"'-]+)/.exec(message)?.[1] ?? null;
}

/** A variable, or the output that came to nothing; null: it is something else. */
function missingIn(caught: unknown): string | null {
  if (!(caught instanceof Error)) return null;
  const variable = undefinedVariable(caught);
  if (variable !== null) return variable;
  if (!LiquidError.is(caught) || !(causeOf(caught) instanceof TemplateNothingError)) return null;
  return caught.token.getText().replaceAll(/^\{\{-?\s*|\s*-?\}\}$/g, '');
}

function told(missing: string, seen: Seen): string {
  const isVariable = /^[\w.[\]"'-]+$/.test(missing);
  const or = `or write {{ ${missing} | default: "" }}`;
  if (seen.fieldMap === null)
    return `there is no value for "${missing}" (${whatIsThere(missing, seen)}); ${or.slice(3)}`;
  const found = isVariable
    ? `the document has no value for "${missing}" (${whatIsThere(missing, seen)})`
    : `"${missing}" comes to nothing for the document`;
  return `${found}; give it one, map it with fieldMap, ${or}`;
}

/** The engine tells its own limits by their messages alone. */
function limitIn(caught: unknown): string | null {
  if (caught instanceof TemplateLimitError) return caught.message;
  const message = caught instanceof Error ? caught.message : '';
  if (message.startsWith('template render limit')) return `work for more than ${templateLimits.renderLimit / 1000} s`;
  if (message.startsWith('memory alloc limit')) return 'more text or longer lists than fit into its memory';
  return null;
}

function causeOf(error: LiquidError): unknown {
  return error.originalError;
}
