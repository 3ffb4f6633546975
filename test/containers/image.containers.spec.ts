import { eventually } from '@batchmill/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ContainerEngine, outOf, type Output } from './container-engine.js';
import { cloneProject } from './project-clone.js';

const name = 'batchmill-test:image';

describe('the image', () => {
  let engine: ContainerEngine;
  let folder: string;

  beforeAll(async () => {
    folder = cloneProject();
    engine = await ContainerEngine.start([join(folder, 'docker-compose.yml')]);
    const build = ['build', '--file', 'deploy/Dockerfile', '--tag', name, '.'];
    outOf(await engine.call(build, { cwd: folder }), `docker ${build.join(' ')}`);
    const bytes = Number(await engine.docker('image', 'inspect', '--format', '{{.Size}}', name));
    process.stderr.write(`the image has ${Math.round(bytes / 1e6)} MB\n`);
  });
  afterAll(async () => {
    await engine.docker('image', 'rm', name);
    await engine.stop();
    rmSync(folder, { recursive: true });
  });

  /** Runs a command line in a container of the image. */
  const inside = (line: string, ...options: readonly string[]): Promise<Output> =>
    engine.call(['run', '--rm', ...options, '--entrypoint', 'sh', name, '-c', line]);

  it('R8: its user is not root, and can write to its home and to no code', async () => {
    const { out } = await inside(
      'id -u; touch "$BATCHMILL_HOME/x" && echo home; touch /app/x /app/apps/cli/x || echo no code',
    );

    expect(out).toBe('1000\nhome\nno code\n');
  });

  it('R8: it has every app, and no dev dependency, source or test', async () => {
    const { out } = await inside(
      'cd /app && ls apps && find . -path "*/node_modules/*" -name package.json -o -name "*.ts"',
    );
    const lines = out.split('\n');

    expect(lines).toEqual(expect.arrayContaining(readdirSync(join(folder, 'apps'))));
    expect(lines.filter((line) => line.endsWith('.ts') && !line.includes('/pipelines/'))).toEqual([]);
    const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { dev?: boolean }>;
    };
    const dev = Object.keys(packages).filter((path) => packages[path]?.dev === true);
    expect(dev.length).toBeGreaterThan(100);
    expect(dev.filter((path) => lines.includes(`./${path}/package.json`))).toEqual([]);
  });

  it('R8: an app that there is not is refused, with the names of those that there are', async () => {
    const { code, err } = await engine.call(['run', '--rm', name, 'no-such-app']);

    expect(code).toBe(64);
    expect(err).toContain('found no-such-app, expected one of: all-in-one ');
  });

  it('R8: without arguments it is the whole engine, which becomes healthy and ends on SIGTERM', async () => {
    const env = ['--env', 'OPENAI_BASE_URL=simulated'];
    const id = (await engine.docker('run', '--detach', '--init', ...env, name)).trim();
    const state = async () => (await engine.inspect([id]))[0]!.State;

    await eventually('it is healthy', async () => (await state()).Health?.Status === 'healthy', 120_000, 500);
    await engine.docker('stop', '--time', '40', id);

    expect(await state()).toMatchObject({ Status: 'exited', ExitCode: 0 });
    await engine.docker('rm', id);
  });

  it('runs the command, and says its version', async () => {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };

    expect(await engine.docker('run', '--rm', name, 'cli', '--version')).toBe(`${version}\n`);
  });
});
