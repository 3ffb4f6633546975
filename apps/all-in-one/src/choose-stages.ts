import { ValidationError } from '@batchmill/contracts';
import type { Type } from '@nestjs/common';
import { consumerNames, findConsumers } from './find-consumers.js';
import { stageList, stageNames, stages } from './stages.js';

/** The part of the settings that chooses consumers. */
interface ConsumerSettings {
  readonly service: { readonly consumers: readonly string[] | null };
}

/** Every stage, and the consumers that BATCHMILL_CONSUMERS names. */
export async function allStages({ service }: ConsumerSettings): Promise<Type[]> {
  return [...stages, ...(await findConsumers(service.consumers ?? []))];
}

/**
 * The stages and consumers of these names, each once. Throws a ValidationError that lists the names there are when one is
 * unknown.
 */
export async function stagesNamed(names: readonly string[]): Promise<Type[]> {
  const consumers = consumerNames();
  const known: readonly string[] = [...stageNames, ...consumers];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ValidationError(
      'settings.unknown-stage',
      `found no stage ${unknown.join(', ')}, expected some of ${known.join(', ')}`,
    );
  }
  const named = stageList.filter(({ name }) => names.includes(name)).map(({ module }) => module);
  return [...named, ...(await findConsumers(names.filter((name) => consumers.includes(name))))];
}
