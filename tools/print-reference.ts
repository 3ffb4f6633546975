import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandsPage } from './reference/commands.ts';
import { errorsPage } from './reference/errors.ts';
import { eventsPage } from './reference/events.ts';
import { faultsPage } from './reference/faults.ts';
import { pipelinePage } from './reference/pipeline.ts';
import { requirementsPage } from './reference/requirements.ts';
import { settingsPage } from './reference/settings.ts';

/*
 * Prints docs/reference from the code. With --check it writes nothing, and exits with 1 when a page does not match the
 * code.
 */
const folder = join(import.meta.dirname, '../docs/reference');
const pages: Readonly<Record<string, string>> = {
  'pipeline.md': pipelinePage(),
  'settings.md': settingsPage(),
  'events.md': eventsPage(),
  'errors.md': errorsPage(),
  'commands.md': commandsPage(),
  'faults.md': faultsPage(),
  'requirements.md': requirementsPage(),
};

const isCheck = process.argv.includes('--check');
mkdirSync(folder, { recursive: true });
const stale = Object.entries(pages).filter(([name, text]) => {
  const file = join(folder, name);
  const isSame = text === current(file);
  if (!isSame && !isCheck) writeFileSync(file, text);
  return !isSame;
});
for (const [name] of stale) process.stdout.write(`${isCheck ? 'not up to date' : 'printed'}: docs/reference/${name}\n`);
if (isCheck && stale.length > 0) process.exitCode = 1;

function current(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
