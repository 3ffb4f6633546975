import { outOf, type Container, type ContainerEngine, type Output } from './container-engine.js';

/** What Compose makes of a file, under a name of its own: a project of the same file that runs already is not touched. */
export class ComposeProject {
  private readonly env: Record<string, string>;

  constructor(
    private readonly engine: ContainerEngine,
    private readonly folder: string,
    name: string,
    env: Readonly<Record<string, string>> = {},
  ) {
    this.env = { ...env, COMPOSE_PROJECT_NAME: name };
  }

  /** Resolves also when the command fails. */
  call(...args: readonly string[]): Promise<Output> {
    return this.engine.call(['compose', ...args], { cwd: this.folder, env: this.env });
  }

  /** Resolves with what it printed to standard output. Rejects when it fails. */
  async compose(...args: readonly string[]): Promise<string> {
    return outOf(await this.call(...args), `docker compose ${args.join(' ')}`);
  }

  /** Runs a command of ours, as the user does. */
  async command(...args: readonly string[]): Promise<string> {
    return this.compose('run', '--rm', '--no-TTY', 'cli', ...args);
  }

  /** Resolves when every service is healthy. Rejects with the logs of all when one is not. */
  async up(...args: readonly string[]): Promise<void> {
    const { code, err } = await this.call('up', '--detach', '--wait', '--wait-timeout', '900', ...args);
    if (code === 0) return;
    const { out: containers } = await this.call('ps', '--all');
    const { out: logs } = await this.call('logs', '--no-color', '--tail', '30');
    throw new Error(`docker compose up ended with ${code ?? 'a signal'}:\n${err}\n${containers}\n${logs}`);
  }

  /** Of one service, or of all. Also those that have ended. */
  async containers(...services: readonly string[]): Promise<Container[]> {
    const ids = await this.compose('ps', '--all', '--quiet', ...services);
    return this.engine.inspect(ids.split('\n').filter((id) => id !== ''));
  }

  /** Removes containers, networks and volumes. */
  async remove(): Promise<void> {
    await this.compose('--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '40');
  }
}
