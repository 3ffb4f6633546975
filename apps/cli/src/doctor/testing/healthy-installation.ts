import { startSimulator, type Simulator } from '@batchmill/simulator';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const notes = `
import { chat, definePipeline } from '@batchmill/pipeline';
export default definePipeline({
  name: 'notes',
  source: { collection: 'notes', queryTemplate: {} },
  embeddings: { text: 'text_content', vectors: { collection: 'notes' } },
  inference: { functions: [chat({ name: 'summary', user: 'Sum up: {{ text_content }}' })] },
});`;

/** An installation on embedded stores of which nothing is wrong: a pipeline, a document, and a provider that answers. */
export class HealthyInstallation {
  private constructor(
    readonly folder: string,
    private readonly simulator: Simulator,
  ) {}

  static async create(): Promise<HealthyInstallation> {
    const folder = await mkdtemp(join(tmpdir(), 'batchmill-doctor-'));
    const simulator = await startSimulator({ dataDir: join(folder, 'simulator') });
    const installation = new HealthyInstallation(folder, simulator);
    await installation.writePipeline(notes);
    await installation.inStore((store) => store.collection('notes').insertOne({ _id: 1, text_content: 'a note' }));
    return installation;
  }

  get home(): string {
    return join(this.folder, 'home');
  }

  get providerUrl(): string {
    return this.simulator.url;
  }

  get settings(): Record<string, string> {
    return {
      BATCHMILL_PIPELINES: join(this.folder, 'pipelines'),
      OPENAI_BASE_URL: `${this.simulator.url}/v1`,
      OPENAI_API_KEY: 'sk-of-the-doctor',
    };
  }

  /** Replaces something in the definition of the pipeline. A module is loaded once per process, so its folder is another one. */
  async changePipeline(from: string, to: string): Promise<Record<string, string>> {
    const folder = await mkdtemp(join(this.folder, 'changed-'));
    await this.writePipeline(notes.replace(from, to), folder);
    return { BATCHMILL_PIPELINES: folder };
  }

  /** Adds the file of a consumer. */
  async addConsumer(name: string, definition: string): Promise<Record<string, string>> {
    const folder = await mkdtemp(join(this.folder, 'consumers-'));
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, `${name}.consumer.ts`), definition);
    return { BATCHMILL_CONSUMERS_FOLDER: folder };
  }

  async inStore<T>(work: (store: EmbeddedStore) => Promise<T>): Promise<T> {
    const store = EmbeddedStore.open({ file: join(this.home, 'state.db') });
    try {
      return await work(store);
    } finally {
      await store.close();
    }
  }

  async remove(): Promise<void> {
    await this.simulator.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async writePipeline(definition: string, folder = join(this.folder, 'pipelines')): Promise<void> {
    await mkdir(join(folder, 'notes'), { recursive: true });
    await writeFile(join(folder, 'notes', 'notes.pipeline.ts'), definition);
  }
}
