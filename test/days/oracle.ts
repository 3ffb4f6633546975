import { verifyVectors } from '@batchmill/cli';
import { readPath } from '@batchmill/documents';
import { vectorKey } from '@batchmill/records';
import { compareBooks, storedRecords } from '@batchmill/testing';
import { dimensions, textOf, type Letter } from './changing-pipeline.js';
import type { Evidence } from './lived-collection.js';

/** Of the neighbours of a text, as many as may have the same text. */
const neighbours = 60;

/** What is not true in the evening of a day. */
export async function problemsIn(evidence: Evidence): Promise<readonly string[]> {
  const { engine, ledger } = evidence;
  const letters = await Array.fromAsync(engine.documentStore.collection<Letter>('letters').find({}));
  const { differences } = await compareBooks(engine, ledger);
  const runs = await Array.fromAsync(storedRecords(engine.store).runs.find({ state: 'rejected' }));
  return [
    ...runs.map(({ _id, reason }) => `run ${_id} is rejected: ${reason ?? 'without a reason'}`),
    ...differences,
    ...problemsOfBill(evidence),
    ...evidence.boughtAgain.map((id) => `the text of ${id} was embedded, and sent again`),
    ...(await problemsOfVerification(evidence, letters)),
    ...(await problemsOfVectors(evidence, letters)),
    ...problemsOfAnswers(evidence, letters),
  ];
}

/** No request is billed twice, but for an answer that a fault made useless. */
function problemsOfBill({ ledger, excusedBatches }: Evidence): string[] {
  return ledger.twice
    .filter(({ batches }) => !batches.some((id) => excusedBatches.has(id)))
    .map((twice) => `billed twice: ${JSON.stringify(twice)}`);
}

async function problemsOfVerification({ engine }: Evidence, letters: readonly Letter[]): Promise<string[]> {
  const found = await verifyVectors(engine, 'letters', { requests: false, prunes: false });
  const { documents, completed, vectors, differences } = found;
  const isWhole = [documents, completed, vectors].every((count) => count === letters.length);
  return [
    ...differences.map((difference) => `verify finds ${JSON.stringify(difference)}`),
    ...(isWhole
      ? []
      : [`of ${letters.length} letters verify counts ${JSON.stringify({ documents, completed, vectors })}`]),
  ];
}

/** By a search for the text of each letter: its own vector must be there, and be that of the text. */
async function problemsOfVectors(
  { engine, alias, embedder, pipeline }: Evidence,
  letters: readonly Letter[],
): Promise<string[]> {
  const found = await engine.vectors.collectionOf(alias);
  if (found?.model !== pipeline.model) return [`searches find vectors of ${found?.model ?? 'no model'}`];
  const problems: string[] = [];
  for (const letter of letters) {
    const search = { model: pipeline.model, dimensions, texts: [textOf(letter)] };
    const [vector = new Float32Array(dimensions)] = (await embedder.embed(search)).vectors;
    const hits = await engine.vectors.search(found.name, vector, neighbours);
    const own = hits.find(({ key }) => key === vectorKey(letter._id));
    if (own === undefined || own.similarity < 0.9999)
      problems.push(`the vector of ${letter._id} is not that of its text: ${own?.similarity ?? 'none is near'}`);
  }
  return problems;
}

function problemsOfAnswers({ pipeline }: Evidence, letters: readonly Letter[]): string[] {
  return letters.flatMap((letter) => [
    ...['embedding_status', 'ai_status']
      .filter((status) => letter[status] !== 'completed')
      .map((status) => `${status} is ${String(letter[status])}: ${JSON.stringify(letter)}`),
    ...pipeline.functions
      .filter((name) => typeof readPath(letter, `said.${name}`) !== 'string')
      .map((name) => `${letter._id} has no answer of ${name}: ${JSON.stringify(letter)}`),
  ]);
}
