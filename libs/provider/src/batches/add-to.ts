import type { Filling } from './filling.js';

export function addTo(filling: Filling, addition: Filling): Filling {
  return {
    documents: filling.documents + addition.documents,
    requests: filling.requests + addition.requests,
    bytes: filling.bytes + addition.bytes,
    inputs: filling.inputs + addition.inputs,
    tokens: filling.tokens + addition.tokens,
  };
}
