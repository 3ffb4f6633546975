import { estimatePipeline, type PipelineEstimate } from '@batchmill/service';
import { estimateText } from '../estimate/estimate-text.js';
import { formatCount, formatQuantity } from '../show/format.js';
import { documentsCollection, onceName } from './asked.js';
import { identifyDocuments } from './input/identify-documents.js';
import { inputName, readInput } from './input/read-input.js';
import { loadInput, type LoadedInput, type StoredDocument } from './load-input.js';
import { onHome, type OnceJob } from './once-job.js';

export interface PreparedOnce {
  readonly loaded: LoadedInput;
  /** Of what is to be sent. */
  readonly estimate: PipelineEstimate;
}

/**
 * Reads the input into the home, and estimates what is to be sent. Sends nothing. Throws a ValidationError for anything wrong with
 * the input.
 */
export async function prepareOnce(job: OnceJob): Promise<PreparedOnce> {
  const { input, flags, asked, fields } = job;
  const { format = null, id, limit = Infinity, redo } = flags;
  return onHome(job, async (engine) => {
    const idField = id === false || typeof id === 'string' ? id : null;
    const documents = identifyDocuments(input, readInput(input, format), idField);
    const collection = engine.documentStore.collection<StoredDocument>(documentsCollection);
    const loaded = await loadInput(collection, documents, { asked, input, fields, limit });
    return { loaded, estimate: await estimatePipeline(engine, onceName, redo === undefined ? {} : { redo }) };
  });
}

/** The documents of the input, and the cost of what is to be sent. */
export function preparedText({ input, asked }: OnceJob, { loaded: { keys, unasked }, estimate }: PreparedOnce): string {
  const lines = [
    `${inputName(input)}: ${formatQuantity(keys.length, 'document')}`,
    ...unasked.map(({ code, message, documents }) => {
      return `${formatCount(documents)} of them cannot be asked about: ${code}: ${message}`;
    }),
  ];
  const head = `${lines.join('\n')}\n`;
  if (estimate.claimableCount > 0) return `${head}${estimateText(estimate)}`;
  return `${head}nothing is sent: what can be asked has its ${asked.kind}, failed before, or is on its way\n`;
}
