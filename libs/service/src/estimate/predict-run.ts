import { isBatchmillError } from '@batchmill/contracts';
import { type RunRequested } from '@batchmill/contracts/events';
import { predictionOf, type RunPrediction } from '@batchmill/records';
import type { Engine } from '../engine.js';
import { estimateSample } from './estimate-pipeline.js';

/** It must not hold a run up. */
const sampleSize = 200;

/**
 * What an estimate from at most 200 documents says of a run that is about to be requested, to be kept with it. Null: it cannot be
 * estimated, for a reason with which the run is rejected.
 */
export async function predictRun(engine: Engine, request: RunRequested): Promise<RunPrediction | null> {
  try {
    return predictionOf(await estimateSample(engine, request.pipeline, request, sampleSize));
  } catch (error) {
    if (isBatchmillError(error)) return null;
    throw error;
  }
}
