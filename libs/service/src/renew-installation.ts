import { ValidationError } from '@batchmill/contracts';
import type { Engine } from './engine.js';
import { isEngineLocked } from './engine-lock.js';
import { replaceInstallationId, reportInstallation, type InstallationReport } from './installation.js';
import type { Settings } from './settings/index.js';
import { recordWorkMs } from './watch-installation.js';

export interface RenewedInstallation {
  readonly formerId: string;
  readonly report: InstallationReport;
  /** Runs that had not ended, and were ended. */
  readonly runs: number;
}

/**
 * Makes the state an installation of its own. Everything in it that had not ended belongs to the installation that it was
 * copied from: it is ended here without an event, a call to the provider or a write to a document. Rejects with a
 * ValidationError while a process works on the state. Called again after a crash, it does the rest.
 */
export async function renewInstallation(engine: Engine, settings: Settings): Promise<RenewedInstallation> {
  const { store, ids, clock, runs, claims, batches, notifications, schedules, inbox } = engine;
  const { installation: formerId, isAtPlace, worked } = await reportInstallation(store);
  // A service that waits for the decision about a copy locks the engine at each attempt to start, and works on nothing.
  if (isAtPlace && isEngineLocked(settings)) {
    throw new ValidationError(
      'installation.in-use',
      `a process runs stages on ${settings.installation.home}; stop every process that works on this state, and call this again`,
    );
  }
  if (isAtPlace && worked !== null && clock.now().getTime() - worked.at.getTime() < 3 * recordWorkMs) {
    throw new ValidationError(
      'installation.in-use',
      `${worked.by} on ${worked.host} worked on this state at ${worked.at.toISOString()}; stop every process that does, wait for two minutes, and call this again`,
    );
  }
  const reason = `the installation was renewed: the run belongs to the installation ${formerId}`;
  await notifications.endAll('given-up');
  // Where both share the blobs, those of work that goes on elsewhere are not ours to delete.
  const textsDeletedAt = clock.now();
  await batches.endAll('ingested', { textsDeletedAt });
  await claims.endAll('done', { textsDeletedAt });
  const ended = await runs.endAll('cancelled', { reason, finishedAt: clock.now(), textsDeletedAt });
  for (const records of [schedules, inbox]) await records.dropOutbox();
  return { formerId, report: await replaceInstallationId(store, ids), runs: ended };
}
