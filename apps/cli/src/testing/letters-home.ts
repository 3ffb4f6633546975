import { SystemClock } from '@batchmill/contracts';
import { Batches, type Batch } from '@batchmill/records';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { builtBatch } from '@batchmill/testing';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProviderAccount } from './provider-account.js';
import { runBatchmill, type CommandResult } from './run-batchmill.js';

const definition = `
  import { chat, definePipeline } from '@batchmill/pipeline';
  export default definePipeline({
    name: 'letters',
    source: { collection: 'letters' },
    inference: { functions: [chat({ name: 'summary', model: 'gpt-4o-mini', user: 'Summarise: {{ text }}' })] },
  });`;

/** A home with the pipeline `letters`, at an account of its own, and the commands that run on them. */
export class LettersHome {
  private constructor(
    readonly folder: string,
    readonly account: ProviderAccount,
  ) {}

  static async open(options: Parameters<typeof ProviderAccount.open>[1] = {}): Promise<LettersHome> {
    const folder = await mkdtemp(join(tmpdir(), 'batchmill-letters-'));
    await mkdir(join(folder, 'home'));
    await mkdir(join(folder, 'pipelines/letters'), { recursive: true });
    await writeFile(join(folder, 'pipelines/letters/letters.pipeline.ts'), definition);
    return new LettersHome(folder, await ProviderAccount.open(folder, options));
  }

  async batchmill(...args: readonly string[]): Promise<CommandResult> {
    const pipelines = { BATCHMILL_PIPELINES: join(this.folder, 'pipelines') };
    return runBatchmill(join(this.folder, 'home'), args, { ...this.account.settings, ...pipelines });
  }

  async json<T>(...args: readonly string[]): Promise<T> {
    const { out, err } = await this.batchmill(...args, '--json');
    if (out === '') throw new Error(`${args.join(' ')} printed nothing: ${err}`);
    return JSON.parse(out) as T;
  }

  /** Runs the pipeline on so many letters, under this id. Its first batch is `<runId>.c1.b1`. */
  async run(runId: string, letters: number): Promise<void> {
    const file = join(this.folder, 'letters.jsonl');
    const lines = Array.from({ length: letters }, (_, index) => ({
      _id: `${runId}-${index}`,
      text: `Letter ${index}.`,
    }));
    await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await this.batchmill('load', file, '--collection', 'letters');
    const { code, err } = await this.batchmill('run', 'letters', '--run-id', runId);
    if (code !== 0) throw new Error(`run ${runId} ended with ${code}: ${err}`);
  }

  async installation(): Promise<string> {
    return (await this.json<{ installation: string }>('installation', 'show')).installation;
  }

  /** Changes the batches in the state as the callback says. */
  async withBatches<T>(change: (batches: Batches, store: EmbeddedStore) => Promise<T>): Promise<T> {
    const store = EmbeddedStore.open({ file: join(this.folder, 'home/state.db') });
    try {
      return await change(new Batches(store, new SystemClock()), store);
    } finally {
      await store.close();
    }
  }

  /** Inserts the record of a batch that was built, with these fields. Returns its id. */
  async insertBatch(claimId: string, fields: Partial<Batch> = {}): Promise<string> {
    return this.withBatches(async (batches) => {
      const record = { ...batches.new({ ...builtBatch, runId: claimId.split('.')[0] ?? '', claimId }), ...fields };
      await batches.insert(record).apply([]);
      return record._id;
    });
  }

  /** Also deletes the folder. */
  async close(): Promise<void> {
    await this.account.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
