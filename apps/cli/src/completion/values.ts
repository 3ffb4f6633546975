import { stageNames } from '@batchmill/all-in-one';
import { endpoints, redos } from '@batchmill/contracts';
import { runStates } from '@batchmill/records';
import { findAllPipelineFiles, shippedApps } from '@batchmill/service';
import { costGroupings } from '../costs/cost-grouping.js';
import { settingsHere } from '../with-engine.js';
import { shells } from './scripts.js';

const valuesByName: Readonly<Record<string, () => readonly string[] | Promise<readonly string[]>>> = {
  pipeline: pipelineNames,
  stages: () => stageNames,
  shell: () => shells,
  '--pipeline': pipelineNames,
  '--endpoint': () => endpoints,
  '--redo': () => redos,
  '--by': () => costGroupings,
  '--stage': () => stageNames,
  '--status': () => [...runStates, 'paused'],
};

/** The values that are known without opening a store or loading a pipeline. */
export async function valuesOf(name: string): Promise<readonly string[]> {
  return (await valuesByName[name]?.()) ?? [];
}

async function pipelineNames(): Promise<readonly string[]> {
  const { files } = await findAllPipelineFiles(settingsHere().installation.pipelines, shippedApps);
  return files.map(({ name }) => name);
}
