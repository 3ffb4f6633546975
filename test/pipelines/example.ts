import type { Fields } from '@batchmill/store';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { ServiceProcess } from '@batchmill/testing';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchmill, type Ran } from '../end-to-end/command.js';

export const root = join(import.meta.dirname, '../..');

/** Batches are done at once, and looked at soon. */
export const fast = {
  OPENAI_BASE_URL: 'simulated',
  BATCHMILL_SIMULATOR_SPEED: '3600',
  BATCHMILL_FIRST_POLL_MS: '50',
  POLL_INTERVAL: '0.2',
} as const;

/** The folder of each shipped example, by its name: those of `pipelines/`, and one that lies with its consumer. */
export const exampleFolders: ReadonlyMap<string, string> = new Map([
  ...readdirSync(join(root, 'pipelines')).map((name) => [name, join(root, 'pipelines', name)] as const),
  ['story-groups', join(root, 'apps/entity-linker/pipelines/story-groups')],
]);

/** A shipped example, tried with the commands of its README in a home of its own. */
export class Example {
  private constructor(
    private readonly page: string,
    private readonly home: string,
  ) {}

  static async open(name: string): Promise<Example> {
    const page = readFileSync(join(exampleFolders.get(name) ?? name, 'README.md'), 'utf8');
    return new Example(page, await mkdtemp(join(tmpdir(), `batchmill-${name}-`)));
  }

  /** Every command of the README to the letter, in turn. */
  async followReadme(): Promise<Ran[]> {
    const ran: Ran[] = [];
    for (const args of commandsIn(this.page)) ran.push(await this.run(args));
    return ran;
  }

  run(args: readonly string[]): Promise<Ran> {
    return batchmill(root, args, { env: this.#env });
  }

  /** All stages and the entity-linker in one process, until the work is done. */
  async beside<T>(work: () => Promise<T>): Promise<T> {
    const service = await ServiceProcess.start('all-in-one', { ...this.#env, BATCHMILL_CONSUMERS: 'entity-linker' });
    try {
      return await work();
    } finally {
      await service.end('SIGTERM');
    }
  }

  async change(work: (store: EmbeddedStore) => Promise<unknown>): Promise<void> {
    const store = EmbeddedStore.open({ file: join(this.home, 'state.db') });
    await work(store);
    await store.close();
  }

  /** Its documents as they are now, by `_id`. */
  async documents(collection: string): Promise<Map<unknown, Fields>> {
    const found = new Map<unknown, Fields>();
    await this.change(async (store) => {
      for await (const document of store.collection(collection).find({})) found.set(document['_id'], document);
    });
    return found;
  }

  async close(): Promise<void> {
    await rm(this.home, { recursive: true, force: true });
  }

  get #env(): Record<string, string> {
    return { ...fast, BATCHMILL_HOME: this.home };
  }
}

/** The arguments of each `npx batchmill …` in a page's shell blocks. */
export function commandsIn(page: string): string[][] {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => /^npx batchmill (.*?)(?:\s+#.*)?$/.exec(line)?.[1])
    .filter((command) => command !== undefined)
    .map((command) => command.split(/\s+/));
}
