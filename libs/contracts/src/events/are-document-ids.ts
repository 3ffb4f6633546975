import { ValidateBy } from 'class-validator';

/** Each item of a list is an id as it can be written in JSON: a text or a number. */
export function AreDocumentIds(): PropertyDecorator {
  return ValidateBy(
    {
      name: 'areDocumentIds',
      validator: {
        validate: (id) => typeof id === 'string' || typeof id === 'number',
        defaultMessage: () => 'each of documents must be a text or a number',
      },
    },
    { each: true },
  );
}
