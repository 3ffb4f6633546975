import { OpenAiError } from '../http/openai-error.js';
import { TokenCounter } from '../tokens/token-counter.js';
import { checkFields } from './check-fields.js';
import { performChat } from './perform-chat.js';
import { performEmbeddings } from './perform-embeddings.js';
import { performResponse } from './perform-response.js';
import { kindOf } from './endpoints.js';
import type { Endpoint } from './endpoints.js';
import { findModel } from './models.js';
import type { Model } from './models.js';
import type { Body, PerformContext, Performed } from './performed.js';

/** Processes one request. Throws an OpenAiError for what the provider refuses. Bills nothing. */
export async function performRequest(endpoint: Endpoint, body: Body, context: PerformContext): Promise<Performed> {
  const model = modelOf(endpoint, body);
  if (body['stream'] === true) {
    throw new OpenAiError(400, 'Streaming is not supported here: send the request without `stream: true`.', {
      param: 'stream',
      code: 'unsupported_value',
    });
  }
  checkFields(body, model);
  const tokens = await TokenCounter.load(model.encoding);
  switch (endpoint) {
    case '/v1/embeddings':
      return performEmbeddings(body, model, tokens, context);
    case '/v1/chat/completions':
      return performChat(body, model, tokens, context);
    case '/v1/responses':
      return performResponse(body, model, tokens, context);
  }
}

function modelOf(endpoint: Endpoint, body: Body): Model {
  const name = body['model'];
  if (typeof name !== 'string' || name === '') {
    throw new OpenAiError(400, 'you must provide a model parameter', { param: 'model' });
  }
  const model = findModel(name);
  if (model === undefined) {
    throw new OpenAiError(404, `The model \`${name}\` does not exist or you do not have access to it.`, {
      code: 'model_not_found',
    });
  }
  if (model.kind !== kindOf(endpoint)) {
    throw new OpenAiError(404, `The model \`${name}\` does not work with ${endpoint}.`, { param: 'model' });
  }
  return model;
}
