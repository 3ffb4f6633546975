import { ConnectionError, type ErrorCode } from '@batchmill/contracts';
import { Blobs, type Blob, type StoredBlob } from '@batchmill/blobs';
import {
  Vectors,
  type VectorCollection,
  type VectorEntry,
  type VectorHit,
  type VectorQuery,
  type VectorRow,
  type VectorsServer,
} from '@batchmill/vectors';

/** A disk that is full until a test frees space. */
export class FullDisk {
  isFull = true;
  refusals = 0;

  check(code: ErrorCode): void {
    if (!this.isFull) return;
    this.refusals += 1;
    throw new ConnectionError(code, 'The disk is full.');
  }
}

/** Blobs whose writes fail while the disk is full, for names with these suffixes. */
export class BlobsOnDisk extends Blobs {
  constructor(
    private readonly blobs: Blobs,
    private readonly disk: FullDisk,
    private readonly suffixes: readonly string[],
  ) {
    super();
  }

  async write(content: AsyncIterable<Uint8Array | string>, suffix: string): Promise<Blob> {
    if (this.suffixes.includes(suffix)) this.disk.check('blobs.disk-full');
    return this.blobs.write(content, suffix);
  }

  read(name: string, offset?: number): AsyncIterable<Uint8Array> {
    return this.blobs.read(name, offset);
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

export class VectorsOnDisk extends Vectors {
  constructor(
    private readonly vectors: Vectors,
    private readonly disk: FullDisk,
  ) {
    super();
  }

  async upsert(collection: string, rows: readonly VectorRow[]): Promise<void> {
    this.disk.check('vectors.disk-full');
    return this.vectors.upsert(collection, rows);
  }

  ensureCollection(collection: VectorCollection): Promise<void> {
    return this.vectors.ensureCollection(collection);
  }

  hasCollection(collection: VectorCollection): Promise<boolean> {
    return this.vectors.hasCollection(collection);
  }

  describeServer(): Promise<VectorsServer> {
    return this.vectors.describeServer();
  }

  search(...search: Parameters<Vectors['search']>): Promise<VectorHit[]> {
    return this.vectors.search(...search);
  }

  entries(collection: string): AsyncIterable<VectorEntry> {
    return this.vectors.entries(collection);
  }

  find(collection: string, keys: readonly string[]): Promise<ReadonlyMap<string, VectorEntry>> {
    return this.vectors.find(collection, keys);
  }

  findVectors(collection: string, query: VectorQuery): Promise<ReadonlyMap<string, Float32Array>> {
    return this.vectors.findVectors(collection, query);
  }

  async delete(collection: string, keys: readonly string[]): Promise<void> {
    this.disk.check('vectors.disk-full');
    return this.vectors.delete(collection, keys);
  }

  async updateFields(...change: Parameters<Vectors['updateFields']>): Promise<void> {
    this.disk.check('vectors.disk-full');
    return this.vectors.updateFields(...change);
  }

  collectionOf(alias: string): Promise<VectorCollection | null> {
    return this.vectors.collectionOf(alias);
  }

  setAlias(alias: string, collection: string): Promise<void> {
    return this.vectors.setAlias(alias, collection);
  }

  aliasesOf(collection: string): Promise<readonly string[]> {
    return this.vectors.aliasesOf(collection);
  }

  dropAlias(alias: string): Promise<void> {
    return this.vectors.dropAlias(alias);
  }

  dropCollection(collection: string): Promise<void> {
    return this.vectors.dropCollection(collection);
  }

  describe(collection: string): Promise<VectorCollection | null> {
    return this.vectors.describe(collection);
  }

  count(collection: string): Promise<number> {
    return this.vectors.count(collection);
  }

  check(): Promise<void> {
    return this.vectors.check();
  }

  close(): Promise<void> {
    return this.vectors.close();
  }
}
