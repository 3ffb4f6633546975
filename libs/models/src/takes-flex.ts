import { baseModelOf } from './base-model.js';

/** True for models that have the flex tier: https://platform.openai.com/docs/guides/flex-processing and the table of prices. */
export function takesFlex(model: string): boolean {
  return /^(?:o3|o4-mini|gpt-(?:[5-9]|[12]\d))(?![a-z\d])(?!.*(?:chat|codex|pro))/.test(baseModelOf(model));
}
