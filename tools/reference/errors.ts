import { errorCatalogues } from './error-catalogues.ts';

/** Every code of every catalogue. */
export function errorsPage(): string {
  const lines = [
    '# Errors',
    '',
    'Printed from the code by `npm run docs`. The kind of an error is an instruction:',
    '',
  ];
  lines.push('| kind | what happens |', '|---|---|');
  lines.push('| ConnectionError, TimeoutError | the work is given back and taken again, for as long as it takes |');
  lines.push('| ProcessingError | a few tries with backoff, then the record is parked: `batchmill parked list` |');
  lines.push('| ValidationError | a message becomes a dead letter; a setting or definition stops the start |');
  lines.push('| TemplateError | the document fails with its reason; the rest goes on |');
  for (const [title, codes] of Object.entries(errorCatalogues)) {
    lines.push('', `## ${title}`, '', '| code | means |', '|---|---|');
    for (const [code, means] of Object.entries(codes)) lines.push(`| \`${code}\` | ${means} |`);
  }
  return `${lines.join('\n')}\n`;
}
