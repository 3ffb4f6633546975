import { expect, it } from '@jest/globals';
import { scheduledRunId } from '@batchmill/pipeline';
import { PipelineFiles, pipelineDefaultsOf, readSettings, settingsReference } from '@batchmill/service';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const page = readFileSync(join(import.meta.dirname, '../docs/how-to/schedules.md'), 'utf8');
const [, definition = ''] = /^```ts\n([^]*?)^```/m.exec(page) ?? [];

it('R3 T4: the definition in docs/how-to/schedules.md is valid, and its runs have the ids that the page shows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'batchmill-schedules-guide-'));
  await mkdir(join(folder, 'nightly-reports'));
  await writeFile(join(folder, 'nightly-reports/nightly-reports.pipeline.ts'), definition);

  const defaults = pipelineDefaultsOf(readSettings({ env: {}, cwd: folder }));
  const pipelines = await PipelineFiles.load({ folder, defaults });
  await rm(folder, { recursive: true, force: true });

  const { schedules } = pipelines.get('nightly-reports');
  expect(schedules.map(({ cron, timezone }) => [cron, timezone])).toEqual([
    ['0 3 * * *', 'Europe/Zurich'],
    ['*/30 8-18 * * 1-5', 'Europe/Zurich'],
  ]);
  expect(page).toContain(scheduledRunId('nightly-reports', 1, new Date('2026-01-02T02:00:00Z')));
  expect(settingsReference()).toContain('`SCHEDULE_CATCH_UP`');
});
