import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const dist = join(import.meta.dirname, '../../packages/bundle/dist');
/** These start an app when they are loaded. */
const apps = readdirSync(join(dist, 'apps'));
const chunks = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.js') && !file.startsWith('.'))
  .filter((file) => !file.startsWith('apps/') && !apps.includes(file) && file !== 'worker.js');

describe('the bundle of the apps', () => {
  it('each of its files can be loaded, so no package misses a file that was beside its code', async () => {
    const load = `const failed = [];
      for (const file of ${JSON.stringify(chunks)}) {
        await import(${JSON.stringify(dist)} + '/' + file).catch((error) => failed.push(file + ': ' + error.message));
      }
      process.stdout.write(JSON.stringify(failed));
      process.exit();`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', load]);

    expect(chunks.length).toBeGreaterThan(100);
    expect(JSON.parse(stdout)).toEqual([]);
  });

  it('an app of the repository has the same copy of the libraries as the definitions of users', async () => {
    const compare = `const [inBundle, ofUsers] = await Promise.all([
        import(${JSON.stringify(join(dist, 'libraries/pipeline.js'))}),
        import('@batchmill/bundle/pipeline'),
      ]);
      process.stdout.write(String(inBundle.definePipeline === ofUsers.definePipeline));`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', compare], { cwd: dist });

    expect(stdout).toBe('true');
  });
});
