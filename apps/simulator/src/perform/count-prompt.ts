import { isSchema } from '../answers/json-schema.js';
import type { TokenCounter } from '../tokens/token-counter.js';
import type { Body } from './performed.js';
import type { Message } from './read-messages.js';

/**
 * Tokens around each message and before the answer: https://github.com/openai/openai-cookbook, "How to count tokens with tiktoken". A
 * name takes one more.
 */
const tokensPerMessage = 3;
const tokensPerAnswer = 3;
/** Around a schema, or the list of tools. OpenAI does not publish how it writes these into the prompt: they count as JSON. */
const tokensPerPart = 4;

/** What a request is billed as its prompt: its messages, and what else of it the model reads. */
export function countPrompt(messages: readonly Message[], body: Body, tokens: TokenCounter): number {
  const ofMessages = messages.map(({ role, name, text }) => {
    const ofName = name === null ? 0 : 1 + tokens.count(name);
    return tokensPerMessage + tokens.count(role) + ofName + tokens.count(text);
  });
  const ofParts = partsOf(body).map((part) => tokensPerPart + tokens.count(JSON.stringify(part)));
  return [...ofMessages, ...ofParts].reduce((sum, count) => sum + count, tokensPerAnswer);
}

/** The tools, and the schema of the answer with its description. */
function partsOf({ tools, functions, response_format: ofChat, text }: Body): unknown[] {
  const lists = [tools, functions].filter((list) => Array.isArray(list) && list.length > 0);
  const formats = [isSchema(ofChat) ? ofChat['json_schema'] : null, isSchema(text) ? text['format'] : null];
  const schemas = formats
    .filter((format) => isSchema(format))
    .flatMap(({ schema, description }) => [schema, description]);
  return [...lists, ...schemas.filter((part) => part !== undefined && part !== null)];
}
