import type { TemplateSyntaxError } from '@batchmill/templates';
import type { Problems } from './problems.js';

/** `file`: where the template stands when it is not written in the definition itself. */
export function templateProblem(
  problems: Problems,
  key: string,
  file: string | null,
  error: TemplateSyntaxError,
): void {
  const place = [file, error.line === null ? null : `line ${error.line}`].filter((part) => part !== null).join(', ');
  problems.add(
    key,
    `a template that does not parse${place === '' ? '' : ` (${place})`}: ${error.message}`,
    'a Liquid template',
  );
}
