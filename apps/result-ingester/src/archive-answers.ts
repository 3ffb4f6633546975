import type { Blobs } from '@batchmill/blobs';
import { encodeId } from '@batchmill/documents';
import { classifyResult, type RunPlan } from '@batchmill/pipeline';
import { parseResultLine } from '@batchmill/provider';
import { readLines, writeArchive, type ArchivedAnswer, type ArchivedDocument } from '@batchmill/records';
import { AnswerSpans } from './answer-spans.js';
import type { SentRequests } from './sent-requests.js';

/** The most bytes of answers in memory. If the answers are in the order of the requests, the groups read each byte only once. */
const maxBytesInMemory = 8 * 1024 * 1024;

export interface BatchToArchive {
  readonly plan: RunPlan;
  readonly sent: SentRequests;
  /** Blobs: our copies of the provider's output file and error file, in this order. */
  readonly files: readonly string[];
  readonly blobs: Blobs;
  readonly at: Date;
}

/** The requests of one document: those from index `first` to before index `end`. */
interface DocumentRequests {
  readonly first: number;
  readonly end: number;
}

/**
 * Writes the archive of a batch: its answers grouped by document, in the order of the requests, whatever order the provider
 * answered in. Returns the blob's name; null when there is no answer.
 *
 * 1. Read the result files once, and note where each answer is.
 * 2. Divide the documents into groups whose answers fit into memory together.
 * 3. For each group read its answers from the result files, and write its documents.
 */
export async function archiveAnswers(batch: BatchToArchive): Promise<string | null> {
  const { plan, sent, files, blobs } = batch;
  const spans = await AnswerSpans.find(plan, sent, files, blobs);
  return spans.count === 0 ? null : writeArchive(blobs, archivedDocuments(batch, spans));
}

async function* archivedDocuments(
  batch: BatchToArchive,
  spans: AnswerSpans,
): AsyncGenerator<ArchivedDocument, void, undefined> {
  const { sent, at } = batch;
  const unrendered = unrenderedByDocument(sent);
  for (const group of groupsThatFit(requestsByDocument(sent), spans)) {
    const answersByIndex = await readAnswers(batch, spans, group);
    for (const document of group) {
      const request = sent.requests[document.first];
      const answers = indexesOf(document).flatMap((index) => answersByIndex.get(index) ?? []);
      if (request === undefined || answers.length === 0) continue;
      const { documentId, chunkId, parentId } = request;
      const sentFunctions = sent.requests.slice(document.first, document.end).map((one) => one.function);
      const functions = [...sentFunctions, ...(unrendered.get(encodeId(documentId)) ?? [])];
      const unanswered = functions.filter((name) => !answers.some((answer) => answer.function === name));
      yield { documentId, chunkId, parentId, at, answers, unanswered };
    }
  }
}

/** The functions whose prompt could not be rendered, by the encoded id of their document. */
function unrenderedByDocument({ unrendered }: SentRequests): ReadonlyMap<string, readonly string[]> {
  const functions = new Map<string, string[]>();
  for (const { documentId, function: name } of unrendered) {
    const id = encodeId(documentId);
    functions.set(id, [...(functions.get(id) ?? []), name]);
  }
  return functions;
}

/** Relies on the batch file, in which the requests of a document follow each other. */
function* requestsByDocument({ requests }: SentRequests): Generator<DocumentRequests, void, undefined> {
  let first = 0;
  let id: string | null = null;
  for (const [index, { documentId }] of requests.entries()) {
    const next = encodeId(documentId);
    if (id !== null && next !== id) {
      yield { first, end: index };
      first = index;
    }
    id = next;
  }
  if (requests.length > 0) yield { first, end: requests.length };
}

/** A group holds as many documents as fit into memory with their answers, and at least one. */
function* groupsThatFit(
  documents: Iterable<DocumentRequests>,
  spans: AnswerSpans,
): Generator<DocumentRequests[], void, undefined> {
  let group: DocumentRequests[] = [];
  let groupBytes = 0;
  for (const document of documents) {
    const bytes = indexesOf(document).reduce((sum, index) => sum + (spans.of(index)?.bytes ?? 0), 0);
    if (group.length > 0 && groupBytes + bytes > maxBytesInMemory) {
      yield group;
      group = [];
      groupBytes = 0;
    }
    group.push(document);
    groupBytes += bytes;
  }
  if (group.length > 0) yield group;
}

/** The answers of a group by the index of their request. Each file is read from the group's first answer to its last. */
async function readAnswers(
  batch: BatchToArchive,
  spans: AnswerSpans,
  group: readonly DocumentRequests[],
): Promise<ReadonlyMap<number, ArchivedAnswer>> {
  const answers = new Map<number, ArchivedAnswer>();
  for (const [file, name] of batch.files.entries()) {
    const indexByStart = new Map<number, number>();
    let from = Number.POSITIVE_INFINITY;
    let until = 0;
    for (const index of group.flatMap(indexesOf)) {
      const span = spans.of(index);
      if (span?.file !== file) continue;
      indexByStart.set(span.start, index);
      from = Math.min(from, span.start);
      until = Math.max(until, span.start + span.bytes);
    }
    if (indexByStart.size > 0) await readAnswersOfFile(batch, { name, from, until, indexByStart }, answers);
  }
  return answers;
}

/** Adds to `answers` those that begin at one of the bytes of `indexByStart`. */
async function readAnswersOfFile(
  { plan, sent, blobs }: BatchToArchive,
  file: { name: string; from: number; until: number; indexByStart: ReadonlyMap<number, number> },
  answers: Map<number, ArchivedAnswer>,
): Promise<void> {
  let start = file.from;
  for await (const { bytes, end } of readLines(blobs.read(file.name, file.from), file.from)) {
    const index = file.indexByStart.get(start);
    const answer = index === undefined ? null : answerIn(plan, sent, index, bytes);
    if (index !== undefined && answer !== null) answers.set(index, answer);
    if (end >= file.until) return;
    start = end;
  }
}

function answerIn(plan: RunPlan, sent: SentRequests, index: number, line: Uint8Array): ArchivedAnswer | null {
  const request = sent.requests[index];
  const result = parseResultLine(line);
  if (request === undefined || result === null) return null;
  const { function: name, customId } = request;
  const classified = classifyResult(plan, name, result);
  if (classified.outcome !== 'answered' || classified.answer.kind !== 'text') return null;
  const { parsed, text, body } = classified.answer;
  return { function: name, customId, content: parsed ?? text, body };
}

function indexesOf({ first, end }: DocumentRequests): number[] {
  return Array.from({ length: end - first }, (_, offset) => first + offset);
}
