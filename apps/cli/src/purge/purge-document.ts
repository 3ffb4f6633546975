import { ValidationError } from '@batchmill/contracts';
import { readPath } from '@batchmill/documents';
import {
  RunTexts,
  endedRunStates,
  forgetUpdate,
  pendingForgottenUpdate,
  readMembers,
  vectorKey,
  type Claim,
  type Run,
} from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { markedPlaces, type MarkedPlace } from '../documents/marked-places.js';
import { findInBatch, forgetInBatch, keysOf } from './forget-in-batch.js';
import { ForgottenDocument } from './forgotten-document.js';
import { countAnswers } from './purge-runs.js';
import type { PurgeTally } from './purge-tally.js';

/** What a purge of a document did beside what it counted. */
export interface PurgedDocument {
  /** The `_id`s under which something was looked for. */
  readonly ids: readonly unknown[];
  /** False: the collection has no such document any more. */
  readonly isStored: boolean;
  /** True: the bus deletes messages by its own settings. */
  readonly busKeepsMessages: boolean;
}

/**
 * Deletes everything of ours about a document: first its marks, so that no run takes it, then its lines in our files of runs that have
 * ended, the answers kept of it, its vectors, its id in requests and recorded errors, and messages that name it. The document stays.
 * Rejects with a ValidationError `purge.in-progress` or `purge.needed` before anything is changed while a run works on it. Called again
 * after a crash, it does the rest.
 */
export async function purgeDocument(
  engine: Engine,
  { pipeline: name, id, isPending }: { readonly pipeline: string; readonly id: string; readonly isPending: boolean },
  tally: PurgeTally,
): Promise<PurgedDocument> {
  const pipeline = engine.pipelines.get(name);
  const { collection } = pipeline.source;
  const places = markedPlaces(engine, engine.pipelines.names()).filter(
    (place) => place.pipeline.source.collection === collection,
  );
  const document = await ForgottenDocument.find(engine, pipeline, id);
  const runs = await runsOn(engine, collection);
  await learnIds(engine, runs, document);
  await refuseIfInProgress(engine, places, document);
  for (const run of runs) await refuseIfNeeded(engine, run, document);

  await forgetMarks(engine, places, document, tally);
  // After this line no run takes the document.
  await forgetVectors(engine, await vectorCollections(engine, collection, runs), document, tally);
  const messages = await engine.bus.purge({
    recordedBefore: new Date(engine.clock.now().getTime() + 60_000),
    matching: (message) => document.isIn(message),
    isDryRun: tally.isDryRun,
  });
  tally.count('messages', messages ?? 0);
  // The manifests go last, since they tell the ids of a document that is gone, and the keys of its answers.
  for (const run of runs) if (endedRunStates.includes(run.state)) await forgetInRun(engine, run, document, tally);
  if (isPending && !tally.isDryRun) {
    const updates = places.flatMap(({ plan }) => document.ids.map((one) => pendingForgottenUpdate(plan, one)));
    await engine.documentStore.collection(collection).bulk(updates);
  }
  return { ids: document.ids, isStored: document.isStored, busKeepsMessages: messages === null };
}

/** The runs that read from a collection. */
async function runsOn({ runs, pipelines }: Engine, collection: string): Promise<Run[]> {
  const names = new Set(pipelines.names().filter((name) => pipelines.get(name).source.collection === collection));
  const found: Run[] = [];
  for await (const run of runs.latest(Infinity)) {
    const target = run.storageTargets?.['source.collection'];
    if (target === undefined ? names.has(run.pipeline ?? '') : target === collection) found.push(run);
  }
  return found;
}

/** Where the document is gone and known by another field than `_id`, the manifests tell its `_id`s. */
async function learnIds(engine: Engine, runs: readonly Run[], document: ForgottenDocument): Promise<void> {
  if (document.isStored) return;
  for (const { _id } of runs) {
    for await (const batch of engine.batches.ofRun(_id)) await findInBatch(engine, batch, document);
  }
}

async function refuseIfInProgress(
  { documentStore }: Engine,
  places: readonly MarkedPlace[],
  document: ForgottenDocument,
): Promise<void> {
  for (const { pipeline, plan } of places) {
    const { field, inProgress } = plan.status;
    const found = await documentStore
      .collection(pipeline.source.collection)
      .findOne({ _id: { $in: document.ids }, [field]: inProgress }, { projection: { [plan.infoField]: 1 } });
    if (found === null) continue;
    const runId = readPath(found, `${plan.infoField}.runId`);
    throw inProgressError(document, typeof runId === 'string' ? `run ${runId}` : 'a run');
  }
}

/** Of a run that has not ended, the lists of members name the documents that it works on. */
async function refuseIfNeeded(engine: Engine, run: Run, document: ForgottenDocument): Promise<void> {
  const isEnded = endedRunStates.includes(run.state);
  if (isEnded && (await new RunTexts(engine).whyNeeded(run)) === null) return;
  for await (const claim of engine.claims.ofRun(run._id)) {
    if (await hasMember(engine, claim, document)) throw inProgressError(document, `run ${run._id}`);
  }
}

function inProgressError({ text }: ForgottenDocument, by: string): ValidationError {
  return new ValidationError(
    'purge.in-progress',
    `document ${text}: ${by} works on it, so that nothing was changed; wait for its end, or cancel it, and call this again`,
  );
}

async function hasMember({ blobs }: Engine, claim: Claim, document: ForgottenDocument): Promise<boolean> {
  for (const name of [claim.members, claim.sealedMembers]) {
    if (name === null || (await blobs.bytesOf(name)) === null) continue;
    for await (const { id } of readMembers(blobs, name)) if (document.hasId(id)) return true;
  }
  return false;
}

async function forgetMarks(
  { documentStore }: Engine,
  places: readonly MarkedPlace[],
  document: ForgottenDocument,
  tally: PurgeTally,
): Promise<void> {
  if (!document.isStored) return;
  for (const { pipeline, plan } of places) {
    const documents = documentStore.collection(pipeline.source.collection);
    for (const id of document.ids) {
      const { filter, update } = forgetUpdate(plan, id);
      const isMarked = (await documents.count({ ...filter, [plan.infoField]: { $ne: null } })) > 0;
      if (isMarked) tally.count('marks on documents', 1);
      if (tally.isDryRun) continue;
      const { matched } = await documents.updateOne(filter, update);
      const isThere = matched > 0 || (await documents.findOne({ _id: id }, { projection: { _id: 1 } })) !== null;
      if (matched === 0 && isThere) throw inProgressError(document, 'a run');
    }
  }
}

async function forgetInRun(engine: Engine, run: Run, document: ForgottenDocument, tally: PurgeTally): Promise<void> {
  for await (const claim of engine.claims.ofRun(run._id)) {
    if (!(await hasMember(engine, claim, document))) continue;
    // Nothing reads the lists of a claim that is done.
    for (const name of [claim.members, claim.sealedMembers]) if (name !== null) await tally.deleteBlob(name);
  }
  if (!tally.isDryRun) {
    if (await engine.runs.forgetIds(run._id, document.asRequested)) tally.count('requests of runs', 1);
    await forgetInErrors(engine, run, document, tally);
  }
  for await (const batch of engine.batches.ofRun(run._id)) {
    const found = await findInBatch(engine, batch, document);
    // What a call that died has left.
    for (const name of batch.leftBlobs ?? []) await tally.deleteBlob(name);
    if (found === null) continue;
    const keys = keysOf(found);
    await countAnswers(engine.reusableAnswers.ofKeys(keys), tally);
    if (!tally.isDryRun) await engine.reusableAnswers.delete(keys);
    await forgetInBatch(engine, batch, found, document, tally);
  }
}

/** Recorded errors may name the document. */
async function forgetInErrors(
  { runs, batches, notifications }: Engine,
  { _id: runId, reason }: Run,
  document: ForgottenDocument,
  tally: PurgeTally,
): Promise<void> {
  if (reason !== null && document.without(reason) !== reason) {
    await runs.replaceReason(runId, document.without(reason));
    tally.count('recorded errors', 1);
  }
  for await (const { _id, ingestion, reprocessing, failure, stopsRun } of batches.ofRun(runId)) {
    const texts = {
      'ingestion.firstError': ingestion.firstError,
      'reprocessing.firstError': reprocessing?.firstError ?? null,
      'failure.message': failure?.message ?? null,
      stopsRun: stopsRun ?? null,
    };
    const changed = Object.entries(texts).flatMap(([path, text]) => {
      const without = text === null ? null : document.without(text);
      return without === null || without === text ? [] : [[path, without] as const];
    });
    if (changed.length === 0) continue;
    await batches.replaceErrorTexts(_id, Object.fromEntries(changed));
    tally.count('recorded errors', changed.length);
  }
  for await (const { _id, payload } of notifications.ofRun(runId)) {
    const error = payload.error === null ? null : document.without(payload.error);
    const summary = document.without(payload.summary);
    if (error === payload.error && summary === payload.summary) continue;
    await notifications.replacePayload(_id, { ...payload, error, summary });
    tally.count('notifications', 1);
  }
}

/** Those of the pipelines of a collection, and those into which runs have written before a pipeline was changed or removed. */
async function vectorCollections(
  { pipelines, writtenCollections }: Engine,
  collection: string,
  runs: readonly Run[],
): Promise<readonly string[]> {
  const ofPipelines = pipelines.names().map((name) => {
    const { source, embeddings } = pipelines.get(name);
    return source.collection === collection ? embeddings?.vectors?.collection : undefined;
  });
  const written: string[] = [];
  for await (const { _id, sources = [] } of writtenCollections.all())
    if (sources.includes(collection)) written.push(_id);
  const ofRuns = runs.map(({ storageTargets }) => storageTargets?.['embeddings.vectors.collection']);
  return [...new Set([...ofPipelines, ...ofRuns, ...written].filter((name) => name !== undefined))];
}

async function forgetVectors(
  { vectors }: Engine,
  collections: readonly string[],
  document: ForgottenDocument,
  tally: PurgeTally,
): Promise<void> {
  const keys = document.ids.map(vectorKey);
  for (const collection of collections) {
    const there = await vectors.find(collection, keys);
    tally.count('vectors', there.size);
    if (!tally.isDryRun) await vectors.delete(collection, [...there.keys()]);
  }
}
