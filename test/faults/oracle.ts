import { auditAccount } from '@batchmill/cli';
import type { Endpoint } from '@batchmill/contracts';
import { endedRunStates, type Batch, type DocumentMarks } from '@batchmill/records';
import { reportRun, type RunReport } from '@batchmill/service';
import { storedRecords } from '@batchmill/testing';
import { problemsOfBooks, problemsOfFiles } from './books.js';
import { excusesOf, type Excuses } from './fault-matrix.js';
import type { FaultCase } from './fault-case.js';
import { endpoints, type Evidence } from './fault-run.js';
import { allNotes, functionsOf, noteCount } from './notes.js';

const fields = {
  embeddings: { status: 'embedding_status', info: 'embedding_processing_info' },
  inference: { status: 'ai_status', info: 'processing_info' },
} as const;

type Document = Readonly<Record<string, unknown>>;

/**
 * What is wrong after a run, by what the provider billed, by what the documents say, and by what the faults excuse. It knows
 * nothing of how the engine works.
 */
export async function problemsIn(faultCase: FaultCase, evidence: Evidence): Promise<string[]> {
  const excuses = excusesOfCase(faultCase);
  const { engine } = evidence;
  const records = storedRecords(engine.store);
  const documents = await Array.fromAsync(engine.documentStore.collection('notes').find({}));
  const batches = await Array.fromAsync(records.batches.find({}));
  const reports = new Map<Endpoint, RunReport>();
  for (const endpoint of endpoints) {
    const run = await engine.runs.get(endpoint);
    if (run === null) return [`run ${endpoint}: there is no record`];
    if (!endedRunStates.includes(run.state)) return [`run ${endpoint} is ${run.state} again`];
    reports.set(endpoint, await reportRun(engine, run));
  }
  return [
    ...[...reports].flatMap(([endpoint, report]) =>
      report.status === 'rejected'
        ? problemsOfRejected(endpoint, report, documents, excuses)
        : [
            ...problemsOfDocuments(endpoint, documents, excuses, faultCase),
            ...problemsOfReport(endpoint, report, documents, faultCase),
          ],
    ),
    ...(await problemsOfVectors(evidence, documents)),
    ...(await problemsOfRecords(evidence, batches, excuses)),
    ...(await problemsOfBooks(evidence, batches, [...reports.values()], excuses, faultCase)),
    ...problemsOfFiles(evidence, excuses),
    ...(await problemsOfAudit(evidence)),
  ];
}

/**
 * No fault excuses that the audit finds one of these. An answer that is missing in a result file, an orphan before its sweep and a
 * file that the provider does not delete are true differences.
 */
const neverFound: readonly string[] = ['unknown-batch', 'missing-batch', 'state', 'tokens', 'model'];

async function problemsOfAudit({ engine }: Evidence): Promise<string[]> {
  const { differences } = await auditAccount(engine, new Date(0));
  return differences
    .filter(({ kind }) => neverFound.includes(kind))
    .map((found) => `the audit finds ${JSON.stringify(found)}`);
}

/** The calls that bring the end of a batch and its answers. */
const answeringCalls: readonly string[] = ['batches.retrieve', 'batches.cancel', 'batches.list', 'files.content'];

/** A cancelled run ends within an hour, also when the provider does not give it the answers that it has billed. */
function excusesOfCase({ variants, rules, cancelAt }: FaultCase): Excuses {
  const isWithheld = cancelAt !== null && rules.some(({ on }) => answeringCalls.includes(on));
  return excusesOf(isWithheld ? [...variants, { billsUnused: true, leavesFiles: true, leaves: true }] : variants);
}

/** A rejected run has touched nothing, and says why it was rejected. */
function problemsOfRejected(
  endpoint: Endpoint,
  { reason, batches }: RunReport,
  documents: readonly Document[],
  { rejects }: Excuses,
): string[] {
  const { status, info } = fields[endpoint];
  const isTouched = documents.some((document) => document[status] !== undefined || document[info] !== undefined);
  if (isTouched || batches > 0) return [`run ${endpoint} was rejected, and has claimed documents`];
  return rejects && reason !== null ? [] : [`run ${endpoint} was rejected: ${reason ?? 'without a reason'}`];
}

function problemsOfDocuments(
  endpoint: Endpoint,
  documents: readonly Document[],
  { fails, leaves }: Excuses,
  { cancelAt }: FaultCase,
): string[] {
  if (documents.length !== noteCount) return [`there are ${documents.length} documents`];
  return documents.flatMap((document) => {
    const name = `${String(document['_id'])} (${endpoint})`;
    const status = document[fields[endpoint].status];
    const { functions = {} } = (document[fields[endpoint].info] ?? {}) as DocumentMarks;
    const states = functionsOf[endpoint].map((one) => functions[one]?.state);
    const answers = endpoint === 'embeddings' ? [] : problemsOfAnswers(name, document, functions);
    switch (status) {
      case 'completed':
        return states.every((state) => state === 'done') ? answers : [`${name} is completed with ${states.join()}`];
      case 'failed': {
        const errors = functionsOf[endpoint].flatMap((one) =>
          functions[one]?.state === 'failed' ? [functions[one].error] : [],
        );
        const unexcused = errors.filter((error) => error === undefined || !fails.includes(error.code));
        if (errors.length === 0) return [`${name} failed, and no function has`];
        return [
          ...unexcused.map((error) => `${name} failed without a fault that excuses ${JSON.stringify(error)}`),
          ...answers,
        ];
      }
      case 'pending':
      case undefined:
        if (states.includes('requested')) return [`${name} is pending with ${states.join()}`];
        return leaves || cancelAt !== null ? answers : [`${name} was left: ${JSON.stringify(document)}`, ...answers];
      default:
        return [`${name} is ${String(status)}: ${JSON.stringify(functions)}`];
    }
  });
}

/** Each function that is done has written its answer once, and no other has. */
function problemsOfAnswers(
  name: string,
  document: Document,
  functions: NonNullable<DocumentMarks['functions']>,
): string[] {
  const source = String(document['text']);
  const lists = { summary: document['summaries'], facts: document['facts'] };
  return functionsOf.inference.flatMap((one) => {
    const list = lists[one];
    const written: unknown[] = Array.isArray(list) ? list : [];
    const expected = functions[one]?.state === 'done' ? 1 : 0;
    if (written.length !== expected) return [`${name} has ${written.length} answers of ${one}, expected ${expected}`];
    return written.every((answer) => isAbout(answer, source))
      ? []
      : [`${name} has another’s answer: ${JSON.stringify(written)}`];
  });
}

/** The simulator answers with sentences of the text, or with the beginning of them. */
function isAbout(answer: unknown, source: string): boolean {
  const text = typeof answer === 'object' && answer !== null ? (answer as { fact?: unknown }).fact : answer;
  return typeof text === 'string' && text.length > 8 && source.includes(text);
}

function problemsOfReport(
  endpoint: Endpoint,
  report: RunReport,
  documents: readonly Document[],
  { cancelAt }: FaultCase,
): string[] {
  const count = (...statuses: unknown[]): number =>
    documents.filter((document) => statuses.includes(document[fields[endpoint].status])).length;
  const counted = { succeeded: count('completed'), failed: count('failed'), left: count('pending', undefined) };
  const { succeeded, failed, left, takenOver, status } = report;
  const problems: string[] = [];
  if (succeeded !== counted.succeeded || failed !== counted.failed || takenOver !== 0) {
    problems.push(
      `run ${endpoint} reports ${JSON.stringify({ succeeded, failed, left, takenOver })}, the documents say ${JSON.stringify(counted)}`,
    );
  }
  // A cancelled run does not count what it never claimed.
  if (cancelAt === null && left !== counted.left)
    problems.push(`run ${endpoint} reports ${left} left of ${counted.left}`);
  const expected = counted.left > 0 ? 'incomplete' : 'finished';
  if (status !== expected && !(cancelAt !== null && status === 'cancelled')) {
    problems.push(`run ${endpoint} is ${status}, expected ${expected}`);
  }
  return problems;
}

/** A completed document has the vector of its own text. */
async function problemsOfVectors({ engine, simulator }: Evidence, documents: readonly Document[]): Promise<string[]> {
  const completed = documents.filter(({ embedding_status: status }) => status === 'completed');
  if (completed.length === 0) return [];
  const vectors = await vectorsOf(simulator.url);
  const problems: string[] = [];
  for (const document of completed) {
    const id = String(document['_id']);
    const vector = vectors.get(id);
    if (vector === undefined) throw new Error(`no vector for ${id}`);
    const hits = await engine.vectors.search('notes', vector, noteCount);
    const own = hits.find(({ key, fields: stored }) => key === id || Object.values(stored).includes(id));
    if (own === undefined || own.similarity < 0.9999) problems.push(`${id} has no vector of its text`);
  }
  return problems;
}

const embedded = new Map<string, Float32Array>();

/** The simulator embeds a text always alike. */
async function vectorsOf(url: string): Promise<ReadonlyMap<string, Float32Array>> {
  if (embedded.size > 0) return embedded;
  const response = await fetch(`${url}/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-org-oracle-1' },
    body: JSON.stringify({
      model: 'text-embedding-3-small',
      dimensions: 8,
      encoding_format: 'float',
      input: allNotes.map(({ text }) => text),
    }),
  });
  const { data } = (await response.json()) as { data: { embedding: number[]; index: number }[] };
  for (const { embedding, index } of data) embedded.set(allNotes[index]?._id ?? '', Float32Array.from(embedding));
  return embedded;
}

async function problemsOfRecords({ engine, parked }: Evidence, batches: readonly Batch[], { parks }: Excuses) {
  const claims = await Array.fromAsync(storedRecords(engine.store).claims.find({}));
  const problems = [
    ...claims.filter(({ state }) => state !== 'done').map(({ _id, state }) => `claim ${_id} is ${state}`),
    ...batches.filter(({ state }) => state !== 'ingested').map(({ _id, state }) => `batch ${_id} is ${state}`),
  ];
  if (!parks) problems.push(...parked.map((record) => `parked, and no fault excuses it: ${record}`));
  for await (const { _id, held, shares } of engine.budgets.all()) {
    if (held !== 0 || shares.length > 0) problems.push(`budget ${_id} still holds ${held} tokens`);
  }
  return problems;
}
