import { isEngineRunning } from '@batchmill/service';
import { pathHere } from './show/path-here.js';
import { settingsHere } from './with-engine.js';

/** So that nobody waits for what nobody does. */
export function sayIfNobodyWorks(what: string): void {
  const settings = settingsHere();
  if (isEngineRunning(settings)) return;
  process.stdout.write(`nobody is at work on ${pathHere(settings.installation.home)}: ${what}\n`);
}
