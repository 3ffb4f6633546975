import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ComposeProject } from './compose-project.js';
import { ContainerEngine, outOf, run } from './container-engine.js';
import { KeptTag } from './kept-tag.js';

const root = join(import.meta.dirname, '../..');
/** A new project is called so, and so is its image. */
const name = 'letters';

describe('the Compose file that batchmill init writes', () => {
  let engine: ContainerEngine;
  let folder: string;
  let project: ComposeProject;
  let tag: KeptTag;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'batchmill-new-project-'));
    const node = (...args: string[]): Promise<string> => inFolder(process.execPath, ...args);
    const packed = await node(join(root, 'tools/pack/command.ts'), '--to', folder);
    // As a user who has the package as a file, which is in the project and so in the build's context.
    await inFolder('npm', 'install', '--no-audit', '--no-fund', `./${basename(packed.trim())}`);
    await inFolder('npx', 'batchmill', 'init', '.', '--pipeline', name);
    await inFolder('npm', 'install', '--no-audit', '--no-fund');
    engine = await ContainerEngine.start([join(folder, 'compose.yaml')]);
    tag = await KeptTag.of(engine, name);
    project = new ComposeProject(engine, folder, 'batchmill-test-letters');
    await project.remove();
  });
  afterAll(async () => {
    await project.remove();
    await tag.restore();
    await engine.stop();
    rmSync(folder, { recursive: true });
  });

  it('R8: up builds one image, and every service becomes healthy', async () => {
    await project.up();

    const containers = await project.containers();
    expect(containers.map(({ State }) => `${State.Status} ${State.Health?.Status}`)).toEqual(
      Array(10).fill('running healthy'),
    );
  });

  it('its documents are loaded and asked, and the answers exported', async () => {
    await project.command('load', 'documents/letters.jsonl', '--collection', name);
    const result = JSON.parse(await project.command('run', name, '--wait', '--json')) as object;
    const answers = await project.command('export', '--collection', name);

    expect(result).toMatchObject({ status: 'finished', total: 3, succeeded: 3 });
    expect(answers.trim().split('\n')).toHaveLength(3);
  });

  async function inFolder(command: string, ...args: readonly string[]): Promise<string> {
    return outOf(await run(command, args, { cwd: folder, env: process.env }), `${command} ${args.join(' ')}`);
  }
});
