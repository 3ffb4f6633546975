import type { ContainerEngine } from './container-engine.js';

/** The name of an image, which a test builds again: afterwards it names the image that it named before, if any. */
export class KeptTag {
  private constructor(
    private readonly engine: ContainerEngine,
    private readonly name: string,
    private readonly before: string | null,
  ) {}

  /** Takes the name away from its image, which stays. */
  static async of(engine: ContainerEngine, name: string): Promise<KeptTag> {
    const before = await engine.imageId(name);
    if (before !== null) {
      // Without a name it could be pruned meanwhile.
      await engine.docker('tag', before, `${name}-before-the-test`);
      await engine.docker('image', 'rm', name);
    }
    return new KeptTag(engine, name, before);
  }

  async restore(): Promise<void> {
    if ((await this.engine.imageId(this.name)) !== null) await this.engine.docker('image', 'rm', this.name);
    if (this.before === null) return;
    await this.engine.docker('tag', this.before, this.name);
    await this.engine.docker('image', 'rm', `${this.name}-before-the-test`);
  }
}
