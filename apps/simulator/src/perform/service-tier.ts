import { OpenAiError } from '../http/openai-error.js';
import type { Model, ServiceTier } from './models.js';
import type { Body, PerformContext } from './performed.js';

const known: readonly unknown[] = [undefined, null, 'auto', 'default', 'flex'];

/** The tier that processes a request. Throws an OpenAiError where the model does not have it. */
export function serviceTierOf(body: Body, model: Model, { hasTiers = false }: PerformContext): ServiceTier {
  const { service_tier: asked } = body;
  if (!known.includes(asked)) {
    throw new OpenAiError(400, "Invalid value: 'service_tier'. Supported values are: 'auto', 'default' and 'flex'.", {
      param: 'service_tier',
      code: 'invalid_value',
    });
  }
  if (asked !== 'flex' || !hasTiers) return 'default';
  // Of the simulated models, those that reason have it.
  if (!model.reasons) throw new OpenAiError(400, 'Flex is not available for this model.', { param: 'service_tier' });
  return 'flex';
}
