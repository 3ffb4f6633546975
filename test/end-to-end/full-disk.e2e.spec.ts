import { afterEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import type { Ports } from '@batchmill/service';
import { TestEngine, eventually } from '@batchmill/testing';
import { BlobsOnDisk, FullDisk, VectorsOnDisk } from './full-disk.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { askForRun, endOf } from './runs.js';
import { ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

type Put = (ports: Ports, disk: FullDisk) => Partial<Ports>;

const blobsOf =
  (...suffixes: string[]): Put =>
  ({ blobs }, disk) => ({ blobs: new BlobsOnDisk(blobs, disk, suffixes) });

describe('a full disk', () => {
  let bundle: TestEngine;
  afterEach(() => bundle.close());

  it.each<[string, string, Put]>([
    ['claims', 'chunk-scanner', blobsOf('.members.jsonl')],
    ['batch files', 'jsonl-builder', blobsOf('.batch.jsonl')],
    ['manifests', 'jsonl-builder', blobsOf('.manifest.jsonl')],
    ['results', 'result-ingester', blobsOf('.results.jsonl')],
    ['vectors', 'result-ingester', ({ vectors }, disk) => ({ vectors: new VectorsOnDisk(vectors, disk) })],
  ])('for %s: the line waits and says so, and goes on by itself when there is room', async (_, stage, put) => {
    const disk = new FullDisk();
    bundle = await TestEngine.open({ pipelines: [notes], ports: (ports) => put(ports, disk) });
    const { engine, log } = bundle;
    await engine.documentStore.collection('notes').insertMany(manyNotes(25));
    await bundle.start(stages);
    await askForRun(bundle, { runId: 'r', pipeline: 'notes', endpoint: 'embeddings' });

    const ready: boolean[] = [];
    await eventually('many tries', () => {
      if (disk.refusals >= 2) ready.push(engine.readiness.isReady);
      return disk.refusals >= 12;
    });
    const troubles = engine.readiness.outages;
    disk.isFull = false;
    const run = await endOf(bundle, 'r');

    expect(ready).not.toContain(true);
    expect(troubles).toContainEqual(
      expect.objectContaining({ dependency: expect.stringContaining(stage), message: 'The disk is full.' }),
    );
    expect(run).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 25, failed: 0, left: 0 } } });
    expect(await engine.vectors.count('notes')).toBe(25);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 25, ...nothingTwiceNothingLeft });
    await eventually('readiness', () => engine.readiness.isReady);
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    const warned = log.lines.filter(
      ({ level, fields }) => level === 'warn' && String(fields['code']).endsWith('disk-full'),
    );
    expect(warned).toHaveLength(1);
  });
});
