import type { PipelineProblem, TriedPipelines } from '@batchmill/service';
import { formatPath } from '../../show/format.js';
import type { Check } from '../check.js';
import { failed, ok, warning, type Finding } from '../finding.js';
import { troubleOf } from '../trouble-of.js';

export const pipelinesCheck: Check = {
  name: 'pipelines',
  group: 'Pipelines',
  title: () => 'pipelines',
  setting: 'BATCHMILL_PIPELINES',
  settingGroups: ['installation', 'requests', 'batches', 'documents'],
  after: () => [],
  async run({ settings, pipelines }) {
    const tried = await pipelines();
    const { defaultPipeline, pipelines: folder } = settings.installation;
    const names = tried.pipelines.names();
    return [
      ...names.map((name) => ok(`pipeline ${name}`)),
      ...tried.problems.map((problem) => problemFinding(problem)),
      ...(names.length + tried.problems.length === 0 ? [noneFinding(folder)] : []),
      ...(defaultPipeline === null ? [] : defaultFinding(defaultPipeline, tried)),
    ];
  },
};

/** Each line of the message is one problem, and begins with the file. */
function problemFinding({ name, message }: PipelineProblem): Finding {
  const [, file] = /^(\S+?\.[cm]?[jt]s):/.exec(message) ?? [];
  return failed(name === null ? 'pipelines' : `pipeline ${name}`, {
    reason: message,
    remedy: `correct ${file ?? 'what the reason names'}, then: batchmill ${name === null ? 'doctor' : `preview ${name}`}`,
  });
}

function noneFinding(folder: string): Finding {
  return warning('pipelines', {
    reason: `there is none in ${formatPath(folder)}`,
    remedy: 'write one, as docs/how-to/first-pipeline.md shows, or set BATCHMILL_PIPELINES=FOLDER',
  });
}

function defaultFinding(name: string, { pipelines, problems }: TriedPipelines): Finding[] {
  if (problems.some((problem) => problem.name === name)) return [];
  try {
    pipelines.get(name);
    return [];
  } catch (error) {
    return [failed('setting DEFAULT_PIPELINE', troubleOf(error, 'DEFAULT_PIPELINE'))];
  }
}
