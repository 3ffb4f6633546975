import { stageNames } from '@batchmill/all-in-one';
import { eventually } from '@batchmill/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { composedServices } from '../compose/composition.js';
import { ComposeProject } from './compose-project.js';
import { ContainerEngine, type Container } from './container-engine.js';
import { freePort } from './free-port.js';
import { cloneProject } from './project-clone.js';
import { KeptTag } from './kept-tag.js';

const services = composedServices();
/** The services without a profile: those that `docker compose up` starts. */
const started = [...services].filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
const image = services.get('chunk-scanner')!.image;
const stages = started.filter((name) => services.get(name)!.command?.join() === name);
const ours = started.filter((name) => services.get(name)!.image === image);

describe('docker compose in a fresh clone', () => {
  let engine: ContainerEngine;
  let folder: string;
  let project: ComposeProject;
  let tag: KeptTag;
  let jaeger: string;
  let prometheus: string;

  beforeAll(async () => {
    folder = cloneProject();
    engine = await ContainerEngine.start([join(folder, 'docker-compose.yml')]);
    tag = await KeptTag.of(engine, image);
    const ports = { JAEGER_PORT: await freePort(), PROMETHEUS_PORT: await freePort() };
    [jaeger, prometheus] = Object.values(ports).map((port) => `http://127.0.0.1:${port}`) as [string, string];
    project = new ComposeProject(engine, folder, 'batchmill-test', ports);
    await project.remove();
  });
  afterAll(async () => {
    await project.remove();
    await tag.restore();
    await engine.stop();
    rmSync(folder, { recursive: true });
  });

  const statesOf = (containers: readonly Container[]): string[] =>
    containers.map(({ State }) => `${State.Status} ${State.Health?.Status ?? 'without a health check'}`);
  const one = async (service: string): Promise<Container> => (await project.containers(service))[0]!;
  const isHealthy = ({ State }: Container): boolean => State.Status === 'running' && State.Health?.Status === 'healthy';

  it('R8: build makes one image, once, for every service of ours', async () => {
    const { code, out, err } = await project.call('--progress', 'plain', 'build');

    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
    const installs = `${out}${err}`.split('\n').filter((line) => /^#\d+ \[.*\] RUN .* npm ci$/.test(line));
    expect(new Set(installs).size).toBe(1);
    expect(await engine.imageId(image)).not.toBeNull();
  });

  it('R8: up builds the image where there is none, and every service becomes healthy', async () => {
    await engine.docker('image', 'rm', image);

    await project.up();

    const containers = await project.containers();
    expect(containers).toHaveLength(started.length);
    // Nothing waits for Jaeger, which has no health check.
    expect(statesOf(containers).filter((state) => state !== 'running healthy')).toEqual([
      'running without a health check',
    ]);
    expect(new Set((await project.containers(...ours)).map(({ Image }) => Image)).size).toBe(1);
  });

  it('the sample is embedded and asked, and is found', async () => {
    const embeddings = JSON.parse(await project.command('run', 'annual-reports', '--wait', '--json')) as object;
    const inference = JSON.parse(
      await project.command('run', 'annual-reports', '--endpoint', 'inference', '--wait', '--json'),
    ) as object;
    const found = await project.command('search', 'annual-reports', 'how did revenue develop');

    expect(embeddings).toMatchObject({ status: 'finished', total: 24, succeeded: 24 });
    expect(inference).toMatchObject({ status: 'finished', total: 24, succeeded: 24 });
    expect(found).toMatch(/revenue/i);
  });

  it('S6: the trace of a run is in Jaeger, with spans of every stage', async () => {
    await runAgain('traced');

    const tags = encodeURIComponent(JSON.stringify({ 'batchmill.run': 'traced' }));
    const servicesOfTrace = await eventually(
      'a trace with every stage',
      async () => {
        const response = await fetch(`${jaeger}/api/traces?service=batchmill-result-ingester&tags=${tags}`);
        const { data } = (await response.json()) as {
          data: { processes: Record<string, { serviceName: string }> }[] | null;
        };
        const named = (data ?? []).flatMap(({ processes }) => Object.values(processes).map((each) => each.serviceName));
        return stageNames.every((stage) => named.includes(`batchmill-${stage}`)) && { traces: data?.length, named };
      },
      120_000,
      500,
    );

    expect(servicesOfTrace.traces).toBe(1);
  });

  it('S5: stages get more replicas, and a run ends with them', async () => {
    const scale = { 'result-ingester': 3, 'jsonl-builder': 2 };

    await project.up(...Object.entries(scale).flatMap(([service, replicas]) => ['--scale', `${service}=${replicas}`]));

    for (const [service, replicas] of Object.entries(scale)) {
      expect(statesOf(await project.containers(service))).toEqual(Array(replicas).fill('running healthy'));
    }
    await runAgain('scaled');
  });

  it('R3: Prometheus finds every replica by its name, and has its metrics', async () => {
    await project.up('prometheus');

    const reporting = (await project.containers(...stages)).length;
    await eventually(
      'each replica has answered',
      async () => (await ask('sum(up)')) === String(reporting),
      120_000,
      500,
    );
    expect(await ask('count(count by (instance) (batchmill_due))')).toBe(String(reporting));
  });

  it('up without numbers starts one of each service again', async () => {
    await project.up();

    expect(await project.containers(...stages)).toHaveLength(stages.length);
  });

  it('R8: on a busy machine MongoDB stays healthy, though its check takes longer', async () => {
    const { Id } = await one('mongodb');
    // A twelfth of a processor.
    await engine.docker('update', '--cpu-period', '100000', '--cpu-quota', '8000', Id);
    const since = new Date();

    const slow = await eventually(
      'a check of more than ten seconds',
      async () => {
        const checks = (await one('mongodb')).State.Health?.Log ?? [];
        return checks.find(({ Start, End }) => new Date(Start) > since && secondsBetween(Start, End) > 10);
      },
      180_000,
      1_000,
    );

    await engine.docker('update', '--cpu-quota', '-1', Id);
    expect(slow.ExitCode).toBe(0);
    expect(isHealthy(await one('mongodb'))).toBe(true);
  });

  it('R8: a service whose process is killed is started again, and the run ends', async () => {
    const { Id } = await one('result-ingester');

    const again = await killed('result-ingester');

    expect(again.Id).toBe(Id);
    await runAgain('after-a-kill');
  });

  it('R8: docker compose kill is a stop for Docker: the service stays down until the next up', async () => {
    const { RestartCount } = await one('notifier');

    await project.compose('kill', '--signal', 'KILL', 'notifier');

    await eventually('notifier has ended', async () => (await one('notifier')).State.Status === 'exited');
    // As long as a killed process took to be started again above.
    await killed('status-poller');
    expect(await one('notifier')).toMatchObject({ RestartCount, State: { Status: 'exited' } });
    await project.up();
    expect(isHealthy(await one('notifier'))).toBe(true);
  });

  it.each(ours)('R8: a service ends by itself on SIGTERM, before Docker kills it: %s', async (service) => {
    await project.compose('stop', service);

    expect((await one(service)).State).toMatchObject({ Status: 'exited', ExitCode: 0 });
  });

  it('R8: up --build after a change gives every service of ours the new image', async () => {
    const before = await engine.imageId(image);
    appendFileSync(join(folder, 'deploy/start.sh'), '# changed\n');

    await project.up('--build');

    const containers = await project.containers(...ours);
    expect(new Set(containers.map(({ Image }) => Image))).toEqual(new Set([await engine.imageId(image)]));
    expect(await engine.imageId(image)).not.toBe(before);
    expect(statesOf(containers)).toEqual(ours.map(() => 'running healthy'));
  });

  /** Kills a service's process. Resolves when the service has been started again and is healthy. */
  async function killed(service: string): Promise<Container> {
    const { State, RestartCount } = await one(service);
    await engine.killProcess(State.Pid, image);
    return eventually(
      `${service} is healthy again`,
      async () => {
        const now = await one(service);
        return now.RestartCount > RestartCount && isHealthy(now) && now;
      },
      300_000,
      500,
    );
  }

  /** The value of an expression of Prometheus; null while it has none. */
  async function ask(query: string): Promise<string | null> {
    const response = await fetch(`${prometheus}/api/v1/query?${new URLSearchParams({ query }).toString()}`);
    const { data } = (await response.json()) as { data: { result: readonly { value: [number, string] }[] } };
    return data.result[0]?.value[1] ?? null;
  }

  /** Embeds the sample once more. Rejects unless the run finishes with all of it. */
  async function runAgain(id: string): Promise<void> {
    const redo = ['--redo', 'all', '--yes', '--run-id', id, '--wait', '--json'];
    const result = JSON.parse(await project.command('run', 'annual-reports', ...redo)) as object;
    expect(result).toMatchObject({ status: 'finished', total: 24, succeeded: 24 });
  }
});

function secondsBetween(start: string, end: string): number {
  return (Date.parse(end) - Date.parse(start)) / 1000;
}
