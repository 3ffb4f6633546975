import { endpoints, redos } from '@batchmill/contracts';
import { shells } from './scripts.js';

/* What is loaded here, a user waits for at each TAB. */
const valuesByName: Readonly<Record<string, () => readonly string[] | Promise<readonly string[]>>> = {
  pipeline: pipelineNames,
  stages,
  shell: () => shells,
  '--pipeline': pipelineNames,
  '--endpoint': () => endpoints,
  '--redo': () => redos,
  '--by': async () => (await import('../costs/cost-grouping.js')).costGroupings,
  '--stage': stages,
  '--status': async () => [...(await import('@batchmill/records')).runStates, 'paused'],
};

/** The values that are known without opening a store or loading a pipeline. */
export async function valuesOf(name: string): Promise<readonly string[]> {
  return (await valuesByName[name]?.()) ?? [];
}

async function stages(): Promise<readonly string[]> {
  return (await import('@batchmill/all-in-one')).stageNames;
}

async function pipelineNames(): Promise<readonly string[]> {
  const [{ findAllPipelineFiles, shippedApps }, { settingsHere }] = await Promise.all([
    import('@batchmill/service'),
    import('../with-engine.js'),
  ]);
  const { files } = await findAllPipelineFiles(settingsHere().installation.pipelines, shippedApps);
  return files.map(({ name }) => name);
}
