import * as modelTable from 'gpt-tokenizer/models';
import { baseModelOf } from './base-model.js';
import { withoutDate } from './same-model.js';

/** What a model of OpenAI takes and gives at most. */
export interface ModelLimits {
  /** Tokens of a request's prompts: the context window, or less where the provider states a limit of its own for the input. */
  readonly maxInputTokens: number;
  /** The most that `maxTokens` may be; null: not known. */
  readonly maxOutputTokens: number | null;
  /** False: it rejects a response format with a JSON schema. */
  readonly takesSchemas: boolean;
}

/** The fields that are read of an entry of the table. */
interface ModelEntry {
  readonly context_window?: number;
  readonly max_input_tokens?: number;
  readonly max_output_tokens?: number;
  readonly supported_features?: readonly string[];
}

// Each entry is an export of its own, under the name of its model.
const table = new Map<string, ModelEntry>(Object.entries(modelTable as object));

/**
 * The limits of a model by its name, or of the model that was tuned; null for a name that the table does not know, for which
 * nothing is checked. The table is that of `gpt-tokenizer`, printed from https://platform.openai.com/docs/models. A dated name
 * without an entry of its own has the limits of its model. Open weights have no limits here: other servers set their own.
 */
export function modelLimitsOf(model: string): ModelLimits | null {
  const name = baseModelOf(model);
  if (name.startsWith('gpt-oss')) return null;
  const entry = table.get(name) ?? table.get(withoutDate(name));
  if (entry?.context_window === undefined) return null;
  return {
    maxInputTokens: Math.min(entry.context_window, entry.max_input_tokens ?? Infinity),
    maxOutputTokens: entry.max_output_tokens ?? null,
    takesSchemas: entry.supported_features?.includes('structured_outputs') ?? false,
  };
}
