/* What the functions of pipelines/story-groups answer: of their schemas, or it would be no answer. */

import type { Mention } from './matching/entity.js';

export interface TopicsAnswer {
  readonly topics: readonly { readonly name: string; readonly relevance: number }[];
}

export interface EntitiesAnswer {
  readonly entities: readonly Mention[];
}
