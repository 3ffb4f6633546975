import { documentError, type DocumentError } from '../document-error.js';
import { TemplateKeyError } from './template-key-error.js';
import { lineOf } from './template-syntax-error.js';

/** What a template threw for one document, said without the document's contents. `where` names the template. */
export function templateError(where: string, caught: unknown): DocumentError {
  if (caught instanceof TemplateKeyError) {
    const told = `${where}: the key "${caught.key}" got another number of parts, by a dot in what stands in it`;
    return documentError('TemplateError', 'response.bad-path', told);
  }
  const line = lineOf(caught);
  const at = line === null ? where : `${where}, line ${line}`;
  const missing = caught instanceof Error ? /^undefined variable: ([\w.[\]"'-]+)/.exec(caught.message)?.[1] : undefined;
  if (missing !== undefined) {
    return documentError(
      'TemplateError',
      'template.missing-value',
      `${at}: the document has no value for "${missing}"; give it one, map it with fieldMap, or write {{ ${missing} | default: "" }}`,
    );
  }
  return documentError('TemplateError', 'template.failed', `${at}: could not be rendered for this document`);
}
