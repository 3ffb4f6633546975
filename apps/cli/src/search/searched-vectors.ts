import { ValidationError } from '@batchmill/contracts';
import { embeddingCapabilitiesOf } from '@batchmill/models';
import type { EmbeddingFunction, VectorTarget } from '@batchmill/pipeline';
import { requestOf } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import { expectModelOfRows, modelOfRows } from '@batchmill/vectors';

type AskedVectors = Pick<EmbeddingFunction, 'model' | 'dimensions' | 'takesDimensions' | 'body'>;

/**
 * The collection that a search looks into, and how its query is embedded. Vectors of two models cannot be compared: what is nearest would
 * be so by chance. So while an alias points to an earlier collection, the query is embedded as that one was. Rejects with a ValidationError
 * `vectors.other-model` if the pipeline's collection is of another model, `search.unknown-model` if that of an earlier one is not known.
 */
export async function searchedVectors(
  { vectors, writtenCollections }: Pick<Engine, 'vectors' | 'writtenCollections'>,
  { model, dimensions, takesDimensions, body }: EmbeddingFunction,
  { collection, alias, originFields }: VectorTarget,
): Promise<AskedVectors & { readonly collection: string }> {
  const present = alias === null ? null : await vectors.collectionOf(alias);
  if (present === null || present.name === collection) {
    await expectModelOfRows(vectors, collection, { field: originFields.model, model });
    return { collection, model, dimensions, takesDimensions, body };
  }
  const noted = requestOf(await writtenCollections.get(present.name));
  if (noted !== null) {
    const { takesDimensions: takes } = embeddingCapabilitiesOf(noted.baseModel);
    const { model: ofModel, dimensions: many, body: more } = noted;
    return { collection: present.name, model: ofModel, dimensions: many, takesDimensions: takes, body: more };
  }
  const earlier = await modelOfRows(vectors, present.name, originFields.model);
  if (earlier === null) {
    throw new ValidationError(
      'search.unknown-model',
      `${alias} finds the vectors of ${present.name}, and nobody has noted of which model these are; switch to ${collection} with batchmill vectors switch`,
    );
  }
  return {
    collection: present.name,
    model: earlier,
    dimensions: present.dimensions,
    takesDimensions: embeddingCapabilitiesOf(earlier).takesDimensions,
    body: earlier === model ? body : {},
  };
}
