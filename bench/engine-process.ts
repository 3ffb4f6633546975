import { stages } from '@batchmill/all-in-one';
import { RandomIds } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { awaitRun, openEngine, publishEvent, readSettings, runStages } from '@batchmill/service';
import { PinoLog, startTracing } from '@batchmill/telemetry';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { BusyTime } from './busy-time.ts';
import { readContest, printResult } from './contest.ts';

/* The engine as a contender: every stage in one process, as in `batchmill run --wait`. */
const { home, job } = readContest();
const busy = new BusyTime();
const tracing = startTracing({ processors: [busy] });
const settings = readSettings({ env: process.env, cwd: import.meta.dirname });
const logFile = createWriteStream(join(home, 'engine.log'));
const log = new PinoLog({
  level: settings.service.logLevel,
  destination: { write: (text) => void logFile.write(text) },
});
const opened = await openEngine(settings, { log, name: 'bench', needsProvider: true });
const running = await runStages(opened.engine, stages);

const runId = new RandomIds().next();
const asked =
  job === 'chats'
    ? ({ pipeline: 'answers', endpoint: 'inference' } as const)
    : ({ pipeline: 'chunks', endpoint: 'embeddings' } as const);
await publishEvent(opened.engine, new RunRequested({ runId, ...asked }));
const report = await awaitRun(opened.engine, runId);
if (report?.status !== 'finished')
  throw new Error(`the run ended as ${report?.status ?? 'nothing'}; see ${home}/engine.log`);

const vectors = job === 'chats' ? 0 : await opened.engine.vectors.count('chunks');
await running.close();
await opened.close();
await tracing.stop();
printResult({ documents: report.succeeded, vectors, stagesMs: busy.stagesMs() });
