import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncApiPage } from './reference/asyncapi.ts';
import { chartInputs, chartSchema } from './reference/chart.ts';
import { commandsPage } from './reference/commands.ts';
import { errorsPage } from './reference/errors.ts';
import { eventSchemasPage } from './reference/event-schemas.ts';
import { eventsPage } from './reference/events.ts';
import { faultsPage } from './reference/faults.ts';
import { pipelinePage } from './reference/pipeline.ts';
import { providersPage } from './reference/providers.ts';
import { readmePage } from './reference/readme.ts';
import { requirementsPage } from './reference/requirements.ts';
import { settingsPage } from './reference/settings.ts';

/*
 * Prints docs/reference, the README's table of stages, the tables of providers, and the settings and topics of the Helm chart from the code. With
 * --check it writes nothing and ends with 1 when a page differs from what it would print.
 */
const root = join(import.meta.dirname, '..');
const pages: Readonly<Record<string, string>> = {
  'README.md': readmePage(),
  'docs/how-to/another-provider.md': providersPage(),
  'docs/reference/pipeline.md': pipelinePage(),
  'docs/reference/settings.md': settingsPage(),
  'docs/reference/events.md': eventsPage(),
  'docs/reference/events.schema.json': eventSchemasPage(),
  'docs/reference/asyncapi.yaml': asyncApiPage(),
  'docs/reference/errors.md': errorsPage(),
  'docs/reference/commands.md': await commandsPage(),
  'docs/reference/faults.md': faultsPage(),
  'docs/reference/requirements.md': requirementsPage(),
  'deploy/helm/batchmill/values.schema.json': await chartSchema(),
  'deploy/helm/batchmill/files/inputs.yaml': chartInputs(),
};

const isCheck = process.argv.includes('--check');
mkdirSync(join(root, 'docs/reference'), { recursive: true });
const stale = Object.entries(pages).filter(([name, text]) => {
  const file = join(root, name);
  const isSame = text === current(file);
  if (!isSame && !isCheck) writeFileSync(file, text);
  return !isSame;
});
for (const [name] of stale) process.stdout.write(`${isCheck ? 'not up to date' : 'printed'}: ${name}\n`);
if (isCheck && stale.length > 0) process.exitCode = 1;

function current(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
