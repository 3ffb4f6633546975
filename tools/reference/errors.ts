import { errorCatalogues } from './error-catalogues.ts';

/** Every code of every catalogue. */
export function errorsPage(): string {
  const lines = [
    '# Errors',
    '',
    'Printed from the code by `npm run docs`. The kind of an error decides what happens:',
    '',
  ];
  lines.push('| kind | what happens |', '|---|---|');
  lines.push(
    '| ConnectionError, TimeoutError | the work is released and retried until the dependency is available again |',
  );
  lines.push('| ProcessingError | a few attempts with backoff, then the record is parked: `batchmill parked list` |');
  lines.push('| ValidationError | a message becomes a dead letter; a setting or definition stops the start |');
  lines.push('| TemplateError | the document fails with its reason; the other documents continue |');
  for (const [title, codes] of Object.entries(errorCatalogues)) {
    lines.push('', `## ${title}`, '', '| code | meaning |', '|---|---|');
    for (const [code, meaning] of Object.entries(codes)) lines.push(`| \`${code}\` | ${meaning} |`);
  }
  return `${lines.join('\n')}\n`;
}
