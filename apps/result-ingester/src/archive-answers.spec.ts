import { RandomIds } from '@batchmill/contracts';
import { Blobs, type Blob, type StoredBlob } from '@batchmill/blobs';
import { FolderBlobs } from '@batchmill/blobs/folder';
import { chat, definePipeline, planRun } from '@batchmill/pipeline';
import { readArchive, writeManifest, type ArchivedDocument, type ManifestLine } from '@batchmill/records';
import { KnownPipelines } from '@batchmill/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archiveAnswers } from './archive-answers.js';
import { SentRequests } from './sent-requests.js';

const at = new Date('2026-01-02T03:04:05Z');
const topicSchema = {
  type: 'object',
  properties: { topic: { type: 'string' } },
  required: ['topic'],
  additionalProperties: false,
};
const request = { model: 'gpt-4o-mini', user: '{{ text }}' };
const pipeline = definePipeline({
  name: 'stories',
  source: { collection: 'stories' },
  inference: {
    functions: [
      chat({ ...request, name: 'topics', responseFormat: topicSchema }),
      chat({ ...request, name: 'summary' }),
      chat({ ...request, name: 'entities' }),
    ],
  },
});
const plan = planRun(new KnownPipelines([pipeline]).get('stories'), {});

describe('the archive of a batch', () => {
  let folder: string;
  let blobs: CountingBlobs;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'archive-'));
    blobs = new CountingBlobs(await FolderBlobs.open({ folder, ids: new RandomIds() }));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('I3: holds all answers of a document together, in whatever order they came', async () => {
    const sent = await sentOf([
      requested('a', 'topics'),
      requested('a', 'summary'),
      requested('b', 'topics'),
      requested('b', 'summary'),
    ]);
    const lines = [answered('b', 'summary', 'B'), answered('a', 'summary', 'A'), topic('b', 'tea'), topic('a', 'ale')];

    const documents = await archived(sent, [await fileOf(lines)]);

    expect(documents.map(contents)).toEqual([
      { id: 'a', at, topics: { topic: 'ale' }, summary: 'A', unanswered: [] },
      { id: 'b', at, topics: { topic: 'tea' }, summary: 'B', unanswered: [] },
    ]);
    expect(documents[0]?.answers[1]).toMatchObject({
      customId: 'summary_a',
      body: { choices: [{ message: { content: 'A' } }] },
    });
  });

  it('I3: lists the unanswered functions: refused, of another schema, not rendered, without a result', async () => {
    const sent = await sentOf(
      [requested('a', 'topics'), requested('a', 'summary'), requested('b', 'summary'), requested('c', 'topics')],
      [notRendered('a', 'entities')],
    );
    const lines = [answered('a', 'topics', '{"other":1}'), answered('a', 'summary', 'A'), refused('b', 'summary')];

    const documents = await archived(sent, [await fileOf(lines)]);

    expect(documents.map(contents)).toEqual([{ id: 'a', at, summary: 'A', unanswered: ['topics', 'entities'] }]);
  });

  it('the first valid answer of a request counts, and the output before the errors', async () => {
    const sent = await sentOf([requested('a', 'topics'), requested('b', 'summary')]);
    const output = [
      answered('a', 'topics', 'no JSON'),
      topic('a', 'first'),
      topic('a', 'second'),
      answered('z', 'topics', '?'),
    ];
    const errors = [topic('a', 'third'), answered('b', 'summary', 'late')];

    const documents = await archived(sent, [await fileOf(output), await fileOf(errors)]);

    expect(documents.map(contents)).toEqual([
      { id: 'a', at, topics: { topic: 'first' }, unanswered: [] },
      { id: 'b', at, summary: 'late', unanswered: [] },
    ]);
  });

  it('a batch without answers has no archive', async () => {
    const sent = await sentOf([requested('a', 'summary')]);

    expect(
      await archiveAnswers({ plan, sent, files: [await fileOf([refused('a', 'summary')])], blobs, at }),
    ).toBeNull();
    expect(await archiveAnswers({ plan, sent, files: [], blobs, at })).toBeNull();
  });

  it('holds some megabytes of answers in memory: a file in order is read twice, a shuffled one a few times more', async () => {
    const ids = Array.from({ length: 24 }, (_, index) => `d${index}`);
    const sent = await sentOf(ids.map((id) => requested(id, 'summary')));
    const lines = ids.map((id) => answered(id, 'summary', `${id} ${'x'.repeat(500_000)}`));
    const ordered = await fileOf(lines);
    const shuffled = await fileOf(lines.toSorted((one, other) => (hashOf(one) < hashOf(other) ? -1 : 1)));

    blobs.bytesRead = 0;
    const first = await archiveAnswers({ plan, sent, files: [ordered], blobs, at });
    const readOrdered = blobs.bytesRead;
    blobs.bytesRead = 0;
    const second = await archiveAnswers({ plan, sent, files: [shuffled], blobs, at });
    const readShuffled = blobs.bytesRead;

    const idsOf = async (name: string | null): Promise<unknown[]> =>
      (await Array.fromAsync(readArchive(blobs, name ?? ''))).map(({ documentId }) => documentId);
    expect(await idsOf(first)).toEqual(ids);
    expect(await idsOf(second)).toEqual(ids);
    const fileBytes = lines.join('').length;
    expect(readOrdered).toBeLessThan(2.3 * fileBytes);
    expect(readShuffled).toBeLessThan(3.3 * fileBytes);
  });

  async function sentOf(requests: ManifestLine[], unrendered: ManifestLine[] = []): Promise<SentRequests> {
    return SentRequests.read(blobs, await writeManifest(blobs, [...requests, ...unrendered]));
  }

  async function fileOf(lines: readonly string[]): Promise<string> {
    return (await blobs.write(each(lines), '.results.jsonl')).name;
  }

  async function archived(sent: SentRequests, files: string[]): Promise<ArchivedDocument[]> {
    const name = await archiveAnswers({ plan, sent, files, blobs, at });
    return Array.fromAsync(readArchive(blobs, name ?? ''));
  }
});

/** Counts the bytes that are read. */
class CountingBlobs extends Blobs {
  bytesRead = 0;

  constructor(private readonly blobs: Blobs) {
    super();
  }

  write(content: AsyncIterable<Uint8Array | string>, suffix: string): Promise<Blob> {
    return this.blobs.write(content, suffix);
  }

  async *read(name: string, offset?: number): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const bytes of this.blobs.read(name, offset)) {
      this.bytesRead += bytes.length;
      yield bytes;
    }
  }

  bytesOf(name: string): Promise<number | null> {
    return this.blobs.bytesOf(name);
  }

  list(): AsyncIterable<StoredBlob> {
    return this.blobs.list();
  }

  placeOf(name: string): string {
    return this.blobs.placeOf(name);
  }

  delete(name: string): Promise<void> {
    return this.blobs.delete(name);
  }

  check(): Promise<void> {
    return this.blobs.check();
  }

  close(): Promise<void> {
    return this.blobs.close();
  }
}

function requested(documentId: string, name: string): ManifestLine {
  return { customId: `${name}_${documentId}`, documentId, chunkId: documentId, parentId: 'p', function: name };
}

function notRendered(documentId: string, name: string): ManifestLine {
  const error = { kind: 'TemplateError', code: 'template.failed', message: 'no' } as const;
  return { customId: null, documentId, function: name, error };
}

function answered(documentId: string, name: string, content: string): string {
  const body = { choices: [{ message: { content }, finish_reason: 'stop' }] };
  return line(documentId, name, body);
}

function topic(documentId: string, text: string): string {
  return answered(documentId, 'topics', JSON.stringify({ topic: text }));
}

function refused(documentId: string, name: string): string {
  return line(documentId, name, { choices: [{ message: { refusal: 'No.' }, finish_reason: 'stop' }] });
}

function line(documentId: string, name: string, body: object): string {
  return `${JSON.stringify({ custom_id: `${name}_${documentId}`, response: { status_code: 200, body }, error: null })}\n`;
}

function contents({ documentId, at: archivedAt, answers, unanswered }: ArchivedDocument): object {
  const byFunction = Object.fromEntries(answers.map(({ function: name, content }) => [name, content]));
  return { id: documentId, at: archivedAt, ...byFunction, unanswered };
}

/** A hash, to shuffle by. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function* each(lines: readonly string[]): AsyncGenerator<string, void, undefined> {
  yield* lines;
}
