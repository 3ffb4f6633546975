import { countTokens } from '@batchmill/models';
import { embeddingCallLimits, type RequestFields } from '@batchmill/provider';
import type { Batch } from '@batchmill/records';

/** A line of a batch file. */
export interface RequestLine {
  readonly customId: string;
  readonly url: string;
  readonly body: RequestFields;
  /** What it takes of the rate limit: the tokens of its prompts, and the most that it may answer. */
  readonly tokens: number;
}

/** Requests that are sent together, and stored together. */
export interface RequestSlice {
  readonly lines: readonly RequestLine[];
  /** Where the slice ends in the file. */
  readonly end: number;
}

/** Chats and responses of a slice. */
const callsPerSlice = 64;

/** Requests for embeddings go together, as many as one call takes: those of a batch are alike but for their input. */
export async function* slicesOf(
  { url }: Batch,
  file: AsyncIterable<{ readonly bytes: Uint8Array; readonly end: number }>,
): AsyncGenerator<RequestSlice, void, undefined> {
  const isEmbedding = url === '/v1/embeddings';
  const mostLines = isEmbedding ? embeddingCallLimits.maxInputs : callsPerSlice;
  const mostTokens = isEmbedding ? embeddingCallLimits.maxTokens : Infinity;
  let lines: RequestLine[] = [];
  let tokens = 0;
  let end = 0;
  for await (const read of file) {
    const line = readRequestLine(read.bytes);
    if (lines.length > 0 && (lines.length >= mostLines || tokens + line.tokens > mostTokens)) {
      yield { lines, end };
      lines = [];
      tokens = 0;
    }
    lines.push(line);
    tokens += line.tokens;
    end = read.end;
  }
  if (lines.length > 0) yield { lines, end };
}

/** A line that the builder wrote. */
export function readRequestLine(bytes: Uint8Array): RequestLine {
  const line = JSON.parse(Buffer.from(bytes).toString('utf8')) as {
    readonly custom_id: string;
    readonly url: string;
    readonly body: RequestFields;
  };
  const { custom_id: customId, url, body } = line;
  return { customId, url, body, tokens: tokensOf(body) };
}

function tokensOf(body: RequestFields): number {
  const { messages, input, instructions } = body;
  const most = body['max_completion_tokens'] ?? body['max_tokens'] ?? body['max_output_tokens'] ?? 0;
  const prompt = messages ?? (instructions === undefined ? input : [instructions, input]);
  const text = typeof prompt === 'string' ? prompt : JSON.stringify(prompt);
  return countTokens(text, String(body['model'])) + Number(most);
}
