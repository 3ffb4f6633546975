import type { Spending } from '@batchmill/records';
import { compareBooks, storedRecords } from '@batchmill/testing';
import type { DrawnFault } from './drawn-faults.js';
import { notesOfBooks } from './ledger-notes.js';
import type { SpendingCase } from './spending-case.js';
import type { Evidence } from './spending-run.js';

/** What is wrong after runs with limits. */
export async function problemsAtEnd(spendingCase: SpendingCase, evidence: Evidence): Promise<string[]> {
  const { engine, ledger, money } = evidence;
  const { differences } = await compareBooks(engine, ledger);
  const spendings = await Array.fromAsync(engine.store.collection<Spending>('spendings').find({}));
  const committed = new Map(spendings.map((spending) => [spending._id, spending.committed]));
  return [
    ...money.problemsIn(ledger),
    ...differences,
    ...(await problemsOfDocuments(evidence, spendingCase.faults, ['completed', 'failed', 'pending', undefined])),
    ...(await problemsOfTwice(evidence, spendingCase.faults)),
    ...(await problemsOfRuns(evidence, spendingCase)),
    ...spendings.flatMap(({ _id, reserved, reservations }) =>
      reserved === 0 && reservations.length === 0 ? [] : [`${_id} still reserves ${JSON.stringify(reservations)}`],
    ),
    ...[...money.billedIn(ledger.batches)].flatMap(([scope, billed]) => {
      const counted = committed.get(scope) ?? 0;
      return counted >= billed ? [] : [`${scope} counts ${counted} nano-dollars, and was billed ${billed}`];
    }),
  ];
}

/** What is wrong after a run without a limit has completed the rest. */
export async function problemsAtRest({ faults }: SpendingCase, evidence: Evidence): Promise<string[]> {
  const { differences } = await compareBooks(evidence.engine, evidence.ledger);
  return [
    ...differences,
    ...(await problemsOfDocuments(evidence, faults, ['completed', 'failed'])),
    ...(await problemsOfTwice(evidence, faults)),
  ];
}

async function problemsOfDocuments(
  { engine }: Evidence,
  faults: readonly DrawnFault[],
  expected: readonly unknown[],
): Promise<string[]> {
  const documents = await Array.fromAsync(engine.documentStore.collection('notes').find({}));
  if (documents.length !== notesOfBooks.length) return [`there are ${documents.length} documents`];
  const excused = faults.flatMap(({ fails = [] }) => fails);
  return documents.flatMap((document) => {
    const status = document['ai_status'];
    const text = JSON.stringify(document);
    if (!expected.includes(status)) return [`a document is ${String(status)}: ${text}`];
    return status === 'failed' && !excused.some((code) => text.includes(code))
      ? [`a document failed, and no fault excuses it: ${text}`]
      : [];
  });
}

/** Nothing is billed twice, but by provider batches of which our records cannot know, or know that they are not used. */
async function problemsOfTwice({ engine, ledger }: Evidence, faults: readonly DrawnFault[]): Promise<string[]> {
  if (faults.some(({ billsUnused }) => billsUnused === true)) return [];
  const batches = await Array.fromAsync(storedRecords(engine.store).batches.find({}));
  const orphans = new Set(batches.flatMap((batch) => batch.orphans.map(({ providerBatchId }) => providerBatchId)));
  return [
    ...[...orphans].map((id) => `${id} is an orphan, and no fault excuses it`),
    ...ledger.twice.map((twice) => `billed twice: ${JSON.stringify(twice)}`),
  ];
}

/** A run that left documents says why. One that a limit has stopped names the limit. */
async function problemsOfRuns({ engine }: Evidence, { faults, cancel }: SpendingCase): Promise<string[]> {
  const { runs, batches } = storedRecords(engine.store);
  const stopped = new Set<string>();
  for await (const { runId, failure, reason } of batches.find({}))
    if (reason === 'never-sent' && failure?.code === 'batch.over-limit') stopped.add(runId);
  const problems: string[] = [];
  for await (const { _id, state, reason } of runs.find({})) {
    const isStopped = stopped.has(_id);
    const leaves = isStopped || cancel?.runId === _id || faults.some((fault) => fault.leaves === true);
    if (state !== 'finished' && !leaves)
      problems.push(`run ${_id} is ${state}, and neither a limit nor a fault excuses it`);
    if (isStopped && state === 'finished') problems.push(`run ${_id} is finished, though a limit has stopped it`);
    if (
      state === 'incomplete' &&
      isStopped &&
      !/^the spending limit of .* has no room: .* left pending/.test(reason ?? '')
    )
      problems.push(`run ${_id} was stopped by a limit and says ${JSON.stringify(reason)}`);
  }
  return problems;
}
