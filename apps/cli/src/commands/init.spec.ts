import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { commands } from '../commands.js';
import { runBatchmill } from '../testing/run-batchmill.js';

const repository = join(import.meta.dirname, '../../../..');

interface Composition {
  readonly services: Readonly<
    Record<string, { readonly image: string; readonly environment?: Readonly<Record<string, string>> }>
  >;
}

describe('batchmill init', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-init-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const init = (...args: string[]) => runBatchmill(join(folder, 'home'), ['init', ...args]);
  const read = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');

  it('writes a project with a pipeline, and prints the commands that run it', async () => {
    const { out, code } = await init(join(folder, 'mills'), '--pipeline', 'mill-notes');

    expect(code).toBe(0);
    expect(out).toContain('  pipelines/mill-notes/mill-notes.pipeline.ts\n');
    expect(out).toContain('  npx batchmill load documents/mill-notes.jsonl --collection mill-notes\n');
    expect(await read('mills/pipelines/mill-notes/mill-notes.pipeline.ts')).toContain("name: 'mill-notes'");
    expect(await read('mills/.env')).toContain('\nOPENAI_BASE_URL=simulated\n');
    expect(JSON.parse(await read('mills/package.json'))).toMatchObject({ name: 'mill-notes', type: 'module' });
  });

  it.each(['/proc/x', 'file/project'])('says where it cannot write, and does not try for ever: %s', async (path) => {
    await writeFile(join(folder, 'file'), 'not a folder');

    const { code, err } = await init(path.startsWith('/') ? path : join(folder, path));

    expect(code).toBe(1);
    expect(err).toMatch(/package\.json cannot be written \(E\w+\); name a folder that can be written to/);
  });

  it('says that a run is paid where a .env does not choose the simulator, and what .gitignore lacks', async () => {
    await writeFile(join(folder, 'package.json'), '{}');
    await writeFile(join(folder, '.env'), 'OPENAI_API_KEY=sk-1\n');
    await writeFile(join(folder, '.gitignore'), 'node_modules\n.env\n');

    const { out } = await init(folder);

    expect(out).toContain('Add to .gitignore, so that no key is committed: .batchmill\n');
    expect(out).toContain(
      'Add OPENAI_BASE_URL=simulated to your .env first. Without it the run goes to OpenAI, and is paid.',
    );
    expect(out).not.toContain('without a key');
  });

  it('adds to a project that is there, and changes no file of it but the package.json', async () => {
    const own = { name: 'ours', type: 'commonjs', scripts: { test: 'jest' }, dependencies: { mongodb: '7.0.0' } };
    await writeFile(join(folder, 'package.json'), JSON.stringify(own));
    await writeFile(join(folder, 'README.md'), 'Ours.\n');

    const { out } = await init(folder);

    expect(out).toMatch(/: added to the project there\n/);
    expect(out).toContain('  README.md exists: unchanged\n');
    expect(await read('README.md')).toBe('Ours.\n');
    expect(JSON.parse(await read('package.json'))).toMatchObject({
      name: 'ours',
      type: 'commonjs',
      scripts: { test: 'jest', start: 'batchmill serve' },
      dependencies: { mongodb: '7.0.0', batchmill: expect.any(String) },
    });
    expect(await read('pipelines/package.json')).toBe('{ "type": "module" }\n');
  });

  it('changes nothing when it is repeated', async () => {
    const first = await init(folder, '--json');
    const manifest = await read('package.json');

    const second = await init(folder, '--json');

    const { written } = JSON.parse(first.out) as { written: string[] };
    expect(JSON.parse(second.out)).toMatchObject({ written: ['package.json'], kept: written.slice(1) });
    expect(await read('package.json')).toBe(manifest);
  });

  it('refuses a name that a pipeline cannot have, and a package.json that is none, before it writes anything', async () => {
    const badName = await init(folder, '--pipeline', 'Mill Notes');
    await writeFile(join(folder, 'package.json'), '{');
    const badPackage = await init(folder);

    expect(badName).toMatchObject({ code: 1, err: expect.stringContaining('--pipeline: found "Mill Notes"') });
    expect(badPackage).toMatchObject({ code: 1, err: expect.stringContaining('package.json: found no JSON') });
    expect(await read('package.json')).toBe('{');
  });

  it('T4: its README names only commands that there are', async () => {
    await init(folder);
    const named = [...(await read('README.md')).matchAll(/npx batchmill ([a-z]+)/g)].map(([, command]) => command);

    expect(named.length).toBeGreaterThan(5);
    expect(commands.map(({ name }) => name)).toEqual(expect.arrayContaining(named));
  });

  it('its services share one simulator, though its .env says that each process has one', async () => {
    await init(folder);
    const { services } = parse(await read('compose.yaml'), { merge: true }) as Composition;
    const providers = Object.values(services).map(({ environment }) => environment?.['OPENAI_BASE_URL'] ?? '');
    const [, variable = ''] = /^\$\{(\w+):-http:\/\/simulator:8080\/v1\}$/.exec(providers[0] ?? '') ?? [];

    expect(new Set(providers.filter((each) => each !== ''))).toEqual(
      new Set([`\${${variable}:-http://simulator:8080/v1}`]),
    );
    expect(await read('.env')).not.toMatch(new RegExp(`^${variable}=`, 'm'));
  });

  it('S1: its Compose file has the servers and stages of the repository’s, at the same versions', async () => {
    await init(folder);
    const ours = parse(await readFile(join(repository, 'docker-compose.yml'), 'utf8'), { merge: true }) as Composition;
    const theirs = parse(await read('compose.yaml'), { merge: true }) as Composition;

    for (const server of ['kafka', 'mongodb', 'milvus']) {
      const { image, environment } = ours.services[server] ?? {};
      expect(theirs.services[server]).toMatchObject({ image, ...(environment && { environment }) });
    }
    const stages = Object.keys(ours.services).filter((name) => name in theirs.services);
    expect(stages).toEqual(
      expect.arrayContaining([
        'chunk-scanner',
        'jsonl-builder',
        'batch-submitter',
        'status-poller',
        'result-ingester',
        'notifier',
      ]),
    );
  });
});
