import type { RequestFields } from './prompt-settings.js';

interface InTime {
  /** A call without an answer by then is unclear. One whose turn has not come by then is not sent. */
  readonly deadline: Date;
  /** Ends the call, as the deadline does. */
  readonly signal?: AbortSignal;
}

/** One request that is sent at once, in place of a line of a batch file. */
export interface SynchronousRequest extends InTime {
  readonly url: '/v1/chat/completions' | '/v1/responses';
  /** As it would be in a batch file. `service_tier: "flex"` asks for that tier. */
  readonly body: RequestFields;
  /** What it takes of the rate limit: the tokens of its prompts, and the most that it may answer. */
  readonly tokens: number;
}

/** One call with the inputs of many requests for embeddings, which are alike but for their input. */
export interface EmbeddingsRequest extends InTime {
  /** The body of each request, without its input. */
  readonly body: RequestFields;
  readonly inputs: readonly EmbeddingInput[];
}

export interface EmbeddingInput {
  readonly text: string;
  /** As they were counted. What the provider bills for the call is shared out by these. */
  readonly tokens: number;
}
