import { completionWindowMs, expectedCompletionWindow, isCompletionWindow } from '@batchmill/contracts';
import type { PromptFunction, ReuseOptions } from '../pipeline.js';
import type { CheckContext } from './check-context.js';
import { Section } from './section.js';

/** With one of these an answer depends on more than the request. */
const fieldsOfElsewhere = ['tools', 'web_search_options', 'previous_response_id', 'conversation', 'prompt'];

/** Null: each request is sent. By default at a temperature of 0, where the answer depends on nothing but the request. */
export function checkReuse(
  { problems }: CheckContext,
  section: Section,
  { temperature, body }: Pick<PromptFunction, 'temperature' | 'body'>,
): ReuseOptions | null {
  const value = section.get('reuse');
  if (value === undefined) {
    const isSteady = (temperature ?? body['temperature']) === 0;
    return isSteady && fieldsOfElsewhere.every((field) => body[field] == null) ? always : null;
  }
  if (typeof value === 'boolean') return value ? always : null;
  const at = section.at('reuse');
  if (typeof value !== 'object' || value === null) {
    problems.addValue(at, value, 'true, false or { within: "7d" }');
    return null;
  }
  const options = Section.of(problems, at, value, ['within']);
  const within = options.get('within');
  if (isCompletionWindow(within)) return { withinMs: completionWindowMs(within) };
  problems.addValue(options.at('within'), within, expectedCompletionWindow);
  return null;
}

const always: ReuseOptions = { withinMs: null };
