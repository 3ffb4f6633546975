import { ValidationError } from '@batchmill/contracts';
import type { Type } from '@nestjs/common';
import { findConsumers, type ConsumerFolder } from './find-consumers.js';
import { stageList, stageNames, stages } from './stages.js';

/** The part of the settings that chooses consumers. */
interface ConsumerSettings extends ConsumerFolder {
  readonly service: { readonly consumers: readonly string[] | null };
}

/**
 * Every stage, and the consumers that BATCHMILL_CONSUMERS names. Rejects with a ValidationError when a name is not that of a
 * consumer.
 */
export async function allStages(settings: ConsumerSettings): Promise<Type[]> {
  const names = settings.service.consumers ?? [];
  const known = await findConsumers(settings, stageNames);
  const unknown = names.filter((name) => !known.names.includes(name));
  if (unknown.length > 0) {
    const expected =
      known.names.length === 0
        ? `none, because there is no consumer in ${settings.installation.consumers}`
        : `some of ${known.names.join(', ')}`;
    throw new ValidationError(
      'settings.invalid',
      `BATCHMILL_CONSUMERS: found ${unknown.join(', ')}, expected ${expected}`,
    );
  }
  return [...stages, ...(await known.modulesOf(names))];
}

/**
 * The stages and consumers of these names, each once. Rejects with a ValidationError that lists the names there are when one is
 * unknown.
 */
export async function stagesNamed(names: readonly string[], settings: ConsumerFolder): Promise<Type[]> {
  const consumers = await findConsumers(settings, stageNames);
  const known: readonly string[] = [...stageNames, ...consumers.names];
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new ValidationError(
      'settings.unknown-stage',
      `found no stage ${unknown.join(', ')}, expected some of ${known.join(', ')}`,
    );
  }
  const named = stageList.filter(({ name }) => names.includes(name)).map(({ module }) => module);
  return [...named, ...(await consumers.modulesOf(names.filter((name) => consumers.names.includes(name))))];
}
