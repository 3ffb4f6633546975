import { endpointPlansOf, type EndpointPlan, type Pipeline } from '@batchmill/pipeline';
import type { Engine } from '@batchmill/service';

/** Where documents carry marks: the collection of a pipeline, and the fields of one of its endpoints. */
export interface MarkedPlace {
  readonly pipeline: Pipeline;
  readonly plan: EndpointPlan;
}

/** The places of these pipelines. Several pipelines may share one, which stands for the first of them. */
export function markedPlaces({ pipelines }: Pick<Engine, 'pipelines'>, names: readonly string[]): MarkedPlace[] {
  const places = new Map<string, MarkedPlace>();
  for (const pipeline of names.map((name) => pipelines.get(name))) {
    for (const plan of endpointPlansOf(pipeline)) {
      const key = JSON.stringify([pipeline.source.collection, plan.infoField, plan.status]);
      if (!places.has(key)) places.set(key, { pipeline, plan });
    }
  }
  return [...places.values()];
}
