import { describe, expect, it } from '@jest/globals';
import type { EmbeddingsDefinition, VectorsDefinition } from '../definition/pipeline-definition.js';
import { aPipeline, embeddingsOf } from '../testing/a-pipeline.js';
import { problemsWith } from '../testing/problems-of.js';
import { problemsOfAliases } from './check-aliases.js';

const pipelineOf = (vectors: VectorsDefinition, embeddings: Partial<EmbeddingsDefinition> = {}, name = 'a') =>
  aPipeline({ name, embeddings: { ...embeddingsOf(), ...embeddings, vectors } });

describe('the collection of vectors and its alias', () => {
  it('Y6: with an alias, each model and number of dimensions has a collection of its own', () => {
    const names = [
      pipelineOf({ alias: 'notes' }),
      pipelineOf({ alias: 'notes' }, { model: 'text-embedding-3-large', dimensions: 256 }),
      pipelineOf({ alias: 'notes' }, { model: 'acme/e5.v2', baseModel: 'text-embedding-3-small' }),
      pipelineOf({ alias: 'notes', collection: 'notes_2026' }),
      pipelineOf({ collection: 'notes' }),
    ].map(({ embeddings }) => [embeddings?.vectors?.collection, embeddings?.vectors?.alias]);

    expect(names).toEqual([
      ['notes_text_embedding_3_small_1536', 'notes'],
      ['notes_text_embedding_3_large_256', 'notes'],
      ['notes_acme_e5_v2_1536', 'notes'],
      ['notes_2026', 'notes'],
      ['notes', null],
    ]);
  });

  it.each<[string, unknown, string]>([
    ['neither of them', {}, 'collection: found nothing, expected the name of a collection of vectors: letters'],
    [
      'an alias that stores refuse',
      { alias: '1st' },
      'alias: found "1st", expected the name of an alias of vectors: letters',
    ],
    ['an alias that is no text', { alias: 1 }, 'alias: found 1, expected the name of an alias of vectors: letters'],
    [
      'one name for both',
      { alias: 'a', collection: 'a' },
      'alias: found the name of the collection, a, expected another name',
    ],
    ['an alias that makes a long name', { alias: 'a'.repeat(230) }, 'alias: found a collection of 258 letters, aaa'],
  ])('Y6: %s is a problem', (_, vectors, problem) => {
    const problems = problemsWith({ embeddings: { ...embeddingsOf(), vectors } });

    expect(problems).toEqual([expect.stringContaining(`embeddings.vectors.${problem}`)]);
  });

  it('Y6: a collection and its alias belong together in all pipelines', () => {
    const [first, same, other] = [
      pipelineOf({ alias: 'notes' }, {}, 'first'),
      pipelineOf({ alias: 'notes' }, {}, 'same'),
      pipelineOf({ alias: 'notes' }, { dimensions: 8 }, 'other'),
    ];

    expect(problemsOfAliases([first, same])).toEqual([]);
    const collection = first.embeddings?.vectors?.collection ?? '';
    for (const [wrong, problem] of [
      [other, /alias: found "notes" for notes_.*_8, expected notes_.*_1536, the collection of pipeline first$/],
      [
        pipelineOf({ collection }),
        /alias: found none for notes_.*_1536, expected "notes", the alias of pipeline first$/,
      ],
      [
        pipelineOf({ collection: 'x', alias: collection }),
        /alias: found "notes_.*", which is the collection of pipeline first/,
      ],
      [
        pipelineOf({ collection: 'notes' }),
        /collection: found "notes", which is the alias of pipeline first, expected/,
      ],
    ] as const) {
      expect(problemsOfAliases([first, same, wrong])).toEqual([
        { name: wrong.name, message: expect.stringMatching(problem) },
      ]);
    }
  });
});
