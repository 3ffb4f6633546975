import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PipelineDefaults } from '@batchmill/pipeline';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PipelineFiles } from './pipeline-files.js';

const library = join(import.meta.dirname, '../..');
const shipped = join(import.meta.dirname, '../../../../pipelines');

const defaults: PipelineDefaults = {
  temperature: 0.1,
  maxTokens: 500,
  dimensions: 1536,
  inferenceBatchSize: 100,
  embeddingBatchSize: 1000,
  completionWindow: '24h',
  pollIntervalSeconds: 300,
  maxRetries: 3,
};

function definition(name: string, more = ''): string {
  return `
    import { chat, definePipeline, prompt } from '@batchmill/pipeline';
    interface Unused { readonly field: string }
    export default definePipeline({
      name: '${name}',
      source: { collection: 'patients', queryTemplate: { ward: 'a' } },
      inference: { functions: [chat({ name: 'summary', user: prompt('user.liquid') })] },
      ${more}
    });`;
}

describe('pipelines in a folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-pipelines-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(files: Record<string, string>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), text);
    }
  }

  /** As it is outside tests: by Node's own loader, with what `npm run build` made. */
  function inNode(script: string): Promise<{ stdout: string; stderr: string }> {
    const prelude = `
      import { PipelineFiles } from '@batchmill/service';
      const load = () => PipelineFiles.load(JSON.parse(process.argv[1]));`;
    const given = JSON.stringify({ folder, defaults });
    return promisify(execFile)(process.execPath, ['--input-type=module', '-e', prelude + script, given], {
      cwd: library,
    });
  }

  function problems(): Promise<string> {
    return PipelineFiles.load({ folder, defaults }).then(
      () => 'none',
      (error: unknown) => (error as Error).message,
    );
  }

  it('C7: the shipped pipelines are found and pass the check', async () => {
    const pipelines = await PipelineFiles.load({ folder: shipped, defaults });

    expect(pipelines.names()).toEqual(expect.arrayContaining(['annual-reports', 'package-docs']));
    expect(pipelines.get('annual-reports').embeddings?.vectors?.dimensions).toBe(1536);
  });

  it('C4: a pipeline anywhere on the machine is loaded by Node itself, with the prompts beside it', async () => {
    await write({
      'wards/wards.pipeline.ts': definition('wards')
        .replace("'a'", 'ward satisfies string')
        .replace('interface', "import { ward } from './ward.ts';\ninterface"),
      'wards/ward.ts': "export const ward: string = 'b';",
      'wards/user.liquid': 'Sum up: {{ text }}',
      'notes/readme.txt': 'nothing of ours',
    });
    const { stdout, stderr } = await inNode(`
      const { source, inference } = (await load()).get('wards');
      console.log(JSON.stringify({ query: source.queryTemplate, functions: inference.functions.map(({ name }) => name) }));
    `);

    expect(JSON.parse(stdout)).toEqual({ query: { ward: 'b' }, functions: ['summary'] });
    expect(stderr).toBe('');
  });

  it('Y8: a byte order mark is no part of a prompt or a list, and a prompt that is not UTF-8 stops the start', async () => {
    await write({
      'wards/wards.pipeline.ts': definition(
        'wards',
        "parameters: { streets: { type: 'string[]', default: lines('streets.txt') } },",
      ).replace('definePipeline,', 'definePipeline, lines,'),
      'wards/user.liquid': '\ufeffSum up: {{ text }}',
      'wards/streets.txt': '\ufeff# streets\r\nHigh Street\r\n',
    });
    const script = `
      const { parameters, inference } = (await load()).get('wards');
      console.log(JSON.stringify([inference.functions[0].user.source, parameters.streets.default]));
    `;

    const { stdout } = await inNode(script);
    await writeFile(join(folder, 'wards/user.liquid'), Buffer.from('\ufeffSum up', 'utf16le'));
    const refused = await inNode(script).catch((error: unknown) => (error as { stderr: string }).stderr);

    expect(JSON.parse(stdout)).toEqual(['Sum up: {{ text }}', ['High Street']]);
    expect(refused).toContain(
      'found a file that cannot be read: "user.liquid" (it is not UTF-8 but UTF-16; save it as UTF-8)',
    );
  });

  it('S7: pipelines in the folders of apps are found without being listed', async () => {
    const pipelines = join(folder, 'pipelines');
    const apps = join(folder, 'apps');
    await write({
      'pipelines/wards/wards.pipeline.ts': definition('wards'),
      'pipelines/wards/user.liquid': 'Hello',
      'apps/visits/pipelines/visits/visits.pipeline.ts': definition('visits'),
      'apps/visits/pipelines/visits/user.liquid': 'Hello',
      'apps/other/src/main.ts': '',
    });

    const found = await PipelineFiles.load({ folder: pipelines, apps, defaults });
    const withoutApps = await PipelineFiles.load({ folder: pipelines, apps: join(folder, 'none'), defaults });

    expect(found.names()).toEqual(['visits', 'wards']);
    expect(withoutApps.names()).toEqual(['wards']);
  });

  it('C6: two pipelines of one name stop the start, with both files', async () => {
    await write({
      'pipelines/wards/wards.pipeline.ts': definition('wards'),
      'pipelines/wards/user.liquid': 'Hello',
      'apps/visits/pipelines/wards/wards.pipeline.ts': definition('wards'),
      'apps/visits/pipelines/wards/user.liquid': 'Hello',
    });

    const loading = PipelineFiles.load({ folder: join(folder, 'pipelines'), apps: join(folder, 'apps'), defaults });

    await expect(loading).rejects.toThrow(
      /visits\/pipelines\/wards\/wards\.pipeline\.ts: found a second "wards" beside .*\/pipelines\/wards\/wards\.pipeline\.ts, expected one/,
    );
  });

  it('R8: a folder that is mounted by links is loaded, and other files are ignored', async () => {
    await write({
      '..data/readme.md': 'no pipeline',
      '..data/wards.pipeline.ts': 'no pipeline of this folder',
      'elsewhere.txt': 'no pipeline',
    });
    const outside = await mkdtemp(join(tmpdir(), 'batchmill-linked-'));
    await writeFile(join(outside, 'wards.pipeline.ts'), definition('wards'));
    await writeFile(join(outside, 'user.liquid'), 'Sum up: {{ text }}');
    await symlink(outside, join(folder, 'wards'));
    await symlink(join(folder, '..data', 'readme.md'), join(folder, 'readme.md'));
    await symlink(join(folder, 'gone'), join(folder, 'dangling'));

    const { stdout } = await inNode('console.log((await load()).names().join());');

    expect(stdout.trim()).toBe('wards');
    await rm(outside, { recursive: true });
  });

  it('C6: a pipeline without a folder of its own is refused with the path where it belongs', async () => {
    await write({ 'wards.pipeline.ts': definition('wards') });

    expect(await problems()).toBe(`${folder}: found wards.pipeline.ts, expected wards/wards.pipeline.ts`);
  });

  it('C6: every problem in any of the files stops the start, with file, key and what was expected', async () => {
    await write({
      'good/good.pipeline.ts': definition('good'),
      'good/user.liquid': 'Sum up: {{ text }}',
      'typo/typo.pipeline.ts': definition('typo', 'surce: {},'),
      'typo/user.liquid': '{{ text ',
      'other/other.pipeline.ts': definition('another'),
      'other/user.liquid': 'Hello',
      'broken/broken.pipeline.ts': 'export default {',
      'empty/empty.pipeline.ts': 'export const nothing = 1;',
      'called/otherwise.pipeline.ts': definition('called'),
      'promptless/promptless.pipeline.ts': definition('promptless'),
    });

    const messages = await problems();

    expect(messages).toMatch(/called: found otherwise\.pipeline\.ts, expected called\.pipeline\.ts/);
    expect(messages).toMatch(/typo\.pipeline\.ts: surce: found an unknown key, expected "source"/);
    expect(messages).toMatch(/typo\.pipeline\.ts: inference.*user/);
    expect(messages).toMatch(/other\.pipeline\.ts: name: found "another", expected its folder’s: "other"/);
    expect(messages).toMatch(/broken\.pipeline\.ts: cannot be loaded/);
    expect(messages).toMatch(/empty\.pipeline\.ts: found no default export/);
    expect(messages).toMatch(/promptless\.pipeline\.ts: .*user\.liquid/);
    expect(messages).not.toMatch(/good\.pipeline/);
  });

  it('C6: a file that Node cannot load is refused in one line, with the place of the error', async () => {
    await write({
      'throwing/throwing.pipeline.ts': "const own: string = 'its own';\nthrow new Error(`${own}\\nsecond`);",
      'torn/torn.pipeline.ts': 'export default {\n  a: 1,\n  b b',
    });

    const { stdout } = await inNode('await load().catch(({ message }) => console.log(message));');

    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/throwing\.pipeline\.ts: cannot be loaded \(throwing\.pipeline\.ts:2: its own\), /),
      expect.stringMatching(/torn\.pipeline\.ts: cannot be loaded \(torn\.pipeline\.ts:3: Unexpected token/),
    ]);
  });

  it('C6: an unknown pipeline is refused with the existing ones and the closest name', async () => {
    await write({ 'wards/wards.pipeline.ts': definition('wards'), 'wards/user.liquid': 'Hello' });
    const pipelines = await PipelineFiles.load({ folder, defaults });

    expect(() => pipelines.get('ward')).toThrow(
      expect.objectContaining({
        code: 'pipeline.unknown',
        message: 'found no pipeline "ward", expected one of wards; did you mean wards?',
      }),
    );
  });

  it('C6: a missing folder is refused with the name of its setting', async () => {
    await rm(folder, { recursive: true });

    expect(await problems()).toContain(`BATCHMILL_PIPELINES: ${folder} cannot be read (ENOENT)`);
  });
});
