import type { Blobs } from '@batchmill/blobs';
import { encodeId } from '@batchmill/documents';
import { classifyResult, type RunPlan } from '@batchmill/pipeline';
import { parseResultLine } from '@batchmill/provider';
import { readLines, writeArchive, type ArchivedAnswer, type ArchivedDocument } from '@batchmill/records';
import { AnswerSpans } from './answer-spans.js';
import type { SentRequests } from './sent-requests.js';

/** Bytes of answers that are held at once. A batch whose answers come in the order of its requests is read once. */
const windowBytes = 8 * 1024 * 1024;

export interface Archiving {
  readonly plan: RunPlan;
  readonly sent: SentRequests;
  /** Blobs: our copies of the provider's files, the output before the errors. */
  readonly files: readonly string[];
  readonly blobs: Blobs;
  readonly at: Date;
}

/** The places of the requests of some documents: from `first` to before `end`. */
interface StorageTargets {
  readonly first: number;
  readonly end: number;
}

/**
 * Writes the answers of a batch by document, whatever order the provider answered in: its name; null when there is no
 * answer. Memory holds where the answers stand, and some of them.
 */
export async function archiveAnswers(archiving: Archiving): Promise<string | null> {
  const { plan, sent, files, blobs } = archiving;
  const spans = await AnswerSpans.find(plan, sent, files, blobs);
  return spans.count === 0 ? null : writeArchive(blobs, archivedDocuments(archiving, spans));
}

async function* archivedDocuments(
  archiving: Archiving,
  spans: AnswerSpans,
): AsyncGenerator<ArchivedDocument, void, undefined> {
  const { sent, at } = archiving;
  const unrendered = functionsByDocument(sent.unrendered);
  for (const documents of windowsOf(documentsOf(sent), spans)) {
    const answers = await answersAt(archiving, spans, documents);
    for (const { first, end } of documents) {
      const request = sent.requests[first];
      const found = placesIn({ first, end }).flatMap((place) => answers.get(place) ?? []);
      if (request === undefined || found.length === 0) continue;
      const { documentId, chunkId, parentId } = request;
      const asked = sent.requests.slice(first, end).map((one) => one.function);
      const never = unrendered.get(encodeId(documentId)) ?? [];
      const answered = found.map((one) => one.function);
      const unanswered = [...asked, ...never].filter((name) => !answered.includes(name));
      yield { documentId, chunkId, parentId, at, answers: found, unanswered };
    }
  }
}

function functionsByDocument(lines: SentRequests['unrendered']): ReadonlyMap<string, readonly string[]> {
  const functions = new Map<string, string[]>();
  for (const { documentId, function: name } of lines) {
    const id = encodeId(documentId);
    functions.set(id, [...(functions.get(id) ?? []), name]);
  }
  return functions;
}

/** The requests of a document stand side by side. */
function* documentsOf({ requests }: SentRequests): Generator<StorageTargets, void, undefined> {
  let first = 0;
  let id: string | null = null;
  for (const [place, { documentId }] of requests.entries()) {
    const next = encodeId(documentId);
    if (id !== null && next !== id) {
      yield { first, end: place };
      first = place;
    }
    id = next;
  }
  if (requests.length > 0) yield { first, end: requests.length };
}

/** Documents whose answers are held at once: one, however large, or as many as fit. */
function* windowsOf(
  documents: Iterable<StorageTargets>,
  spans: AnswerSpans,
): Generator<StorageTargets[], void, undefined> {
  let window: StorageTargets[] = [];
  let held = 0;
  for (const document of documents) {
    const bytes = placesIn(document).reduce((sum, place) => sum + (spans.of(place)?.bytes ?? 0), 0);
    if (window.length > 0 && held + bytes > windowBytes) {
      yield window;
      window = [];
      held = 0;
    }
    window.push(document);
    held += bytes;
  }
  if (window.length > 0) yield window;
}

async function answersAt(
  archiving: Archiving,
  spans: AnswerSpans,
  documents: readonly StorageTargets[],
): Promise<ReadonlyMap<number, ArchivedAnswer>> {
  const answers = new Map<number, ArchivedAnswer>();
  for (const [file, name] of archiving.files.entries()) {
    const wanted = new Map<number, number>();
    let from = Number.POSITIVE_INFINITY;
    let until = 0;
    for (const place of documents.flatMap(placesIn)) {
      const span = spans.of(place);
      if (span?.file !== file) continue;
      wanted.set(span.begin, place);
      from = Math.min(from, span.begin);
      until = Math.max(until, span.begin + span.bytes);
    }
    if (wanted.size > 0) await readAnswers(archiving, { name, from, until, wanted }, answers);
  }
  return answers;
}

/** `wanted`: the request's place by the byte at which its answer begins. */
async function readAnswers(
  { plan, sent, blobs }: Archiving,
  { name, from, until, wanted }: { name: string; from: number; until: number; wanted: ReadonlyMap<number, number> },
  answers: Map<number, ArchivedAnswer>,
): Promise<void> {
  let begin = from;
  for await (const { bytes, end } of readLines(blobs.read(name, from), from)) {
    const place = wanted.get(begin);
    const answer = place === undefined ? null : answerIn(plan, sent, place, bytes);
    if (place !== undefined && answer !== null) answers.set(place, answer);
    if (end >= until) return;
    begin = end;
  }
}

function answerIn(plan: RunPlan, sent: SentRequests, place: number, line: Uint8Array): ArchivedAnswer | null {
  const request = sent.requests[place];
  const result = parseResultLine(line);
  if (request === undefined || result === null) return null;
  const { function: name, customId } = request;
  const classified = classifyResult(plan, name, result);
  if (classified.outcome !== 'answered' || classified.answer.kind !== 'text') return null;
  const { parsed, text, body } = classified.answer;
  return { function: name, customId, content: parsed ?? text, body };
}

function placesIn({ first, end }: StorageTargets): number[] {
  return Array.from({ length: end - first }, (_, index) => first + index);
}
