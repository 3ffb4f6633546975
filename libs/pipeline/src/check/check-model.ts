import type { CheckContext } from './check-context.js';
import type { Section } from './section.js';

/** The model that is requested, and the one that it stands for. */
export function checkModel(
  { defaults: { baseModels = {} } }: CheckContext,
  section: Section,
  fallback: string,
): { model: string; baseModel: string } {
  const expected = 'the name of a model';
  const model = section.text('model', { fallback, expected });
  const known = Object.hasOwn(baseModels, model) ? baseModels[model] : undefined;
  return { model, baseModel: section.text('baseModel', { fallback: known ?? model, expected }) };
}
