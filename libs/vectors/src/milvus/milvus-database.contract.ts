import { DataType, MilvusClient } from '@zilliz/milvus2-sdk-node';
import { serverAddresses } from '@batchmill/testing';
import { randomUUID } from 'node:crypto';
import { MilvusVectors, type UpsertEncoder } from './index.js';

export const collection = { name: 'blocks', dimensions: 3, fields: ['block_mongo_id', 'block_doc_id'] };
export const text = (name: string) => ({ name, data_type: DataType.VarChar, max_length: 100 });
/** The fields of a collection that somebody else has made. */
export const ours = [{ ...text('key'), is_primary_key: true }, text('block_mongo_id'), text('block_doc_id')];
export const vector = { name: 'vector', data_type: DataType.FloatVector, dim: 3 };

export function rowOf(key: string) {
  return { key, fields: { block_mongo_id: 'c', block_doc_id: 'p' }, vector: Float32Array.of(1, 2, 3) };
}

/** A database of its own on the Milvus of the tests, so that suites can run beside each other. */
export class MilvusDatabase {
  readonly #name = `test_${randomUUID().replaceAll('-', '_')}`;
  readonly url = `${serverAddresses.milvus}/${this.#name}`;
  readonly client = new MilvusClient({
    address: new URL(serverAddresses.milvus).host,
    __SKIP_CONNECT__: true,
    logLevel: 'error',
  });

  async create(): Promise<void> {
    await this.client.createDatabase({ db_name: this.#name });
    await this.client.use({ db_name: this.#name });
  }

  async drop(): Promise<void> {
    await this.dropAll();
    await this.client.dropDatabase({ db_name: this.#name });
    await this.client.closeConnection();
  }

  /** Drops every collection. */
  async dropAll(): Promise<void> {
    const { data } = await this.client.listCollections();
    for (const { name } of data) {
      const { aliases } = await this.client.describeCollection({ collection_name: name });
      for (const alias of aliases) await this.client.dropAlias({ alias });
      await this.client.dropCollection({ collection_name: name });
    }
  }

  async withVectors(
    options: { url?: string; encoder?: UpsertEncoder },
    test: (vectors: MilvusVectors) => Promise<void>,
  ): Promise<void> {
    const vectors = await MilvusVectors.open({ url: this.url, ...options });
    try {
      await test(vectors);
    } finally {
      await vectors.close();
      await this.dropAll();
    }
  }
}
