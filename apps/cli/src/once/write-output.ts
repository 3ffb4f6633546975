import { encodeId } from '@batchmill/documents';
import { endpointPlansOf } from '@batchmill/pipeline';
import { failuresOf } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import type { Fields } from '@batchmill/store';
import { EmbeddedVectors } from '@batchmill/vectors/embedded';
import { writeLine } from '../show/write-line.js';
import { documentsCollection, vectorsCollection, type Asked } from './asked.js';
import type { OnceJob } from './once-job.js';
import type { OutputFields } from './output-fields.js';
import { OutputTally, unanswered, type OutputCounts, type OutputError } from './output-tally.js';
import { writeWholeFile } from './write-whole-file.js';

const documentsPerRead = 500;

/**
 * Writes a line per document, in the order of the keys: the document with its result or its error. A file gets its name when it
 * is whole and on the disk, so that a kill leaves none that only looks whole. `-` is standard output.
 */
export async function writeOutput(
  engine: Engine,
  { asked, fields, output }: Pick<OnceJob, 'asked' | 'fields' | 'output'>,
  keys: readonly string[],
): Promise<OutputCounts> {
  const tally = new OutputTally();
  const lines = outputLines(engine, asked, { keys, fields, tally });
  if (output === '-') for await (const line of lines) await writeLine(line);
  else await writeWholeFile(output, lines);
  return tally.counts();
}

async function* outputLines(
  engine: Engine,
  asked: Asked,
  { keys, fields, tally }: { keys: readonly string[]; fields: OutputFields; tally: OutputTally },
): AsyncGenerator<string> {
  const collection = engine.documentStore.collection(documentsCollection);
  const [plan] = endpointPlansOf(asked.pipeline);
  if (plan === undefined) throw new Error('a pipeline has an endpoint');
  for (let at = 0; at < keys.length; at += documentsPerRead) {
    const page = keys.slice(at, at + documentsPerRead);
    const stored = new Map<unknown, Fields>();
    for await (const document of collection.find({ _id: { $in: page } })) stored.set(document['_id'], document);
    const vectors = asked.kind === 'vector' ? await vectorsOf(engine, page) : null;
    for (const key of page) {
      const document = stored.get(key);
      if (document === undefined) throw new Error(`the document ${key} was stored and is gone`);
      const isCompleted = document[plan.status.field] === plan.status.completed;
      const result = vectors === null ? document['answer'] : vectors.get(encodeId(key));
      if (isCompleted && result !== undefined) {
        const isCut = document['finish_reason'] === 'length';
        tally.answered(isCut);
        yield withFields(String(document['json']), {
          [fields.result]: result,
          ...(isCut && { [fields.finishReason]: 'length' }),
        });
        continue;
      }
      const error = errorOf(document, () => failuresOf(plan, document)[0]?.error, plan.status);
      tally.add(error, document);
      yield withFields(String(document['json']), { [fields.error]: { code: error.code, message: error.message } });
    }
  }
}

function errorOf(
  document: Fields,
  failure: () => OutputError | undefined,
  status: { readonly field: string; readonly failed: string },
): OutputError {
  if (document['failure'] !== undefined) return document['failure'] as OutputError; // as `loadInput` stores it
  const isFailed = document[status.field] === status.failed;
  return (isFailed ? failure() : undefined) ?? unanswered;
}

/** Seven digits are what a vector's numbers have, nine are enough to write each exactly. */
async function vectorsOf(engine: Engine, keys: readonly string[]): Promise<ReadonlyMap<string, readonly number[]>> {
  if (!(engine.vectors instanceof EmbeddedVectors)) throw new Error('the home of `once` has embedded vectors');
  const found = await engine.vectors.read(vectorsCollection, keys.map(encodeId));
  return new Map([...found].map(([key, vector]) => [key, Array.from(vector, (value) => Number(value.toPrecision(9)))]));
}

/** Appends fields to the text of a JSON object, which stays as it is. */
function withFields(json: string, fields: Readonly<Record<string, unknown>>): string {
  const inner = json.slice(json.indexOf('{') + 1, json.lastIndexOf('}')).trimEnd();
  return `{${inner}${inner.trim() === '' ? '' : ','}${JSON.stringify(fields).slice(1)}`;
}
