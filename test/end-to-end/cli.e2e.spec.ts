import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchmill, type CommandResult } from './command.js';

const env = {
  OPENAI_BASE_URL: 'simulated',
  BATCHMILL_SIMULATOR_SPEED: '3600',
  BATCHMILL_FIRST_POLL_MS: '50',
  POLL_INTERVAL: '0.2',
};

describe('the command line', () => {
  let cwd: string;
  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'batchmill-cli-'));
    const store = EmbeddedStore.open({ file: join(cwd, '.batchmill', 'state.db') });
    await store.collection('blocks').insertMany([...blocksOf('JKHY', 60), ...blocksOf('AAPL', 30)]);
    await store.close();
    await writeFile(join(cwd, 'companies.txt'), '# a comment\nJKHY\n\n');
  });
  afterAll(() => rm(cwd, { recursive: true, force: true }));

  const run = (args: string, more: Parameters<typeof batchmill>[2] = {}): Promise<CommandResult> =>
    batchmill(cwd, args.split(' '), { ...more, env: { ...env, ...more.env } });

  it('M3: an estimate shows requests, tokens and both prices, and spends nothing', async () => {
    const { code, out } = await run('estimate annual-reports --endpoint inference --documents 3500 --json');

    const estimate = JSON.parse(out) as {
      requests: number;
      cost: { expected: { usd: number; synchronousUsd: number } };
    };
    expect(code).toBe(0);
    expect(estimate.requests).toBe(3500 * 3);
    expect(estimate.cost.expected.usd).toBeCloseTo(estimate.cost.expected.synchronousUsd / 2, 6);
  });

  it('E1 R2: companies come from a file, a limit counts documents, and the result is JSON', async () => {
    const { code, out, err } = await run(
      'run annual-reports --endpoint embeddings --companies-file companies.txt --limit 25 --run-id first --json',
    );

    expect({ code, err: err.includes('Error') }).toEqual({ code: 0, err: false });
    expect(JSON.parse(out)).toMatchObject({
      runId: 'first',
      pipeline: 'annual-reports',
      endpoint: 'embeddings',
      status: 'finished',
      total: 25,
      succeeded: 25,
      failed: 0,
      requests: 25,
      batches: 1,
    });
  });

  it('R2: Ctrl-C stops with exit code 130 and shows how to continue; the same command again finishes the run', async () => {
    const stopped = await run('run annual-reports --endpoint embeddings --run-id long', {
      interruptWhen: /at the provider/,
      env: { BATCHMILL_SIMULATOR_TURNAROUND: '2h' },
    });
    const resumed = await run('run annual-reports --endpoint embeddings --run-id long --json');

    expect(stopped.code).toBe(130);
    expect(stopped.err).toContain('--run-id long');
    expect(resumed.code).toBe(0);
    expect(JSON.parse(resumed.out)).toMatchObject({ status: 'finished', total: 65, succeeded: 65 });
  });

  it('R2: a run with a failed document exits with 3, also one that finds nothing after it, and else one that finds nothing exits with 0', async () => {
    const store = EmbeddedStore.open({ file: join(cwd, '.batchmill', 'state.db') });
    const broken = { _id: 'broken', doc_id: 'd', company: 'MSFT', doc_type: 'Annual Report', text_content: '' };
    await store.collection('blocks').insertOne(broken);
    await store.close();

    const failed = await run('run annual-reports --endpoint embeddings --json');
    const again = await run('run annual-reports --endpoint embeddings');
    const nothing = await run('run package-docs --endpoint embeddings');

    expect(failed.code).toBe(3);
    expect(JSON.parse(failed.out)).toMatchObject({ total: 1, failed: 1 });
    expect(again).toMatchObject({ code: 3, out: expect.stringContaining('1 document failed earlier') });
    expect(nothing).toMatchObject({ code: 0 });
    expect(nothing.out).toContain('total 0');
  });

  it('R2 R5 R6: runs and batches are listed and shown', async () => {
    const list = await run('batch list --run long --json');
    const [batch] = JSON.parse(list.out) as { batchId: string }[];
    const status = await run(`batch status ${batch!.batchId} --json`);
    const shownRun = await run('runs show first --json');
    const runs = await run('runs list');

    expect(JSON.parse(status.out)).toMatchObject({
      batchId: batch!.batchId,
      providerBatchId: expect.stringMatching(/^batch_/),
      status: 'ingested',
      totalDocuments: expect.any(Number),
      totalRequests: expect.any(Number),
      inputFile: null,
      createdAt: expect.any(String),
      metadata: { pipeline: 'annual-reports' },
    });
    expect(JSON.parse(shownRun.out)).toMatchObject({ runId: 'first', total: 25 });
    expect(runs.out).toMatch(/^RUN .*\n/);
    expect(runs.out).toContain('long');
  });

  it('E4: the nearest documents are found by a question', async () => {
    const { code, out } = await run('search annual-reports segment45 --top 1 --json');

    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([{ block_mongo_id: 'JKHY-45', block_doc_id: 'JKHY-report' }]);
  });

  it.each([
    ['run anual-reports', 'did you mean annual-reports?'],
    ['run annual-reports --endpoint embeddings --param colour=red', 'colour'],
  ])('%s does not run: it prints the reason in one line, without a stack, and exits with 1', async (args, reason) => {
    const { code, err } = await run(args);

    expect(code).toBe(1);
    expect(err).toContain(reason);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it('C6: a wrong setting stops the start, and the message has its name and the expected value', async () => {
    const { code, err } = await run('runs list', { env: { MAX_RETRIES: 'many' } });

    expect(code).toBe(1);
    expect(err).toMatch(/MAX_RETRIES: found "many" .*expected an integer/);
  });

  it.each(['run annual-reports --endpoint embeddings', 'runs list'])(
    'C6: %s reports in one line that the home is a file',
    async (args) => {
      const { code, err } = await run(args, { env: { BATCHMILL_HOME: 'companies.txt' } });

      expect(code).toBe(1);
      expect(err).toMatch(/^BATCHMILL_HOME: found the file .*companies\.txt, expected a folder/);
      expect(err).not.toMatch(/^\s+at /m);
    },
  );

  it('without a key and without the simulator, it prints the setting to add', async () => {
    const { code, err } = await batchmill(cwd, ['run', 'annual-reports', '--endpoint', 'embeddings']);

    expect(code).toBe(1);
    expect(err).toContain('OPENAI_API_KEY');
    expect(err).toContain('OPENAI_BASE_URL=simulated');
  });

  it('a port in use is reported in one line', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;

    const { code, err } = await run(`simulator --port ${port} --data ${join(cwd, 'other')}`);
    taken.close();

    expect(code).toBe(1);
    expect(err).toContain(String(port));
    expect(err).not.toMatch(/^\s+at /m);
  });
});

function blocksOf(company: string, count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, index) => ({
    _id: `${company}-${index}`,
    doc_id: `${company}-report`,
    company,
    doc_type: 'Annual Report',
    text_content: `Revenue of segment${index} grew, and ${company} explains it in paragraph ${index}.`,
  }));
}
