/** Every code that the command line puts on an error of its own: what it means, and what to do. */
export const cliErrorCodes = {
  'command.choice': 'Arguments that exclude each other, or none of those that are wanted. Give one of them.',
  'command.not-confirmed':
    'What is to be done costs again, and nobody said yes to it. Nothing was begun; --yes says it beforehand.',
  'command.no-pipeline':
    '`--batch` without a pipeline, and none is the default. Name one with --pipeline, or set DEFAULT_PIPELINE.',
  'command.no-file': 'A file that an option names cannot be read. Name a text file with one entry per line.',
  'dlt.no-topic': 'There is no topic of that name. Name an event, or leave it out for all.',
  'dlt.redriven-already': 'The letter was redriven before. If its message failed again, redrive the newer letter.',
  'dlt.unknown': 'There is no dead letter of that id. `batchmill dlt list` shows those there are.',
  'load.bad-line':
    'A line of the file is no document with an `_id`. What stands before it is loaded; mend the line and load the file again.',
  'load.no-collection':
    'It is not said which collection the documents are for. Give --collection, or set MONGODB_COLLECTION.',
  'load.own-collection': 'Batchmill keeps its own state in a collection of that name. Name another one.',
  'search.too-long': 'The query has more tokens than a model embeds. Ask in fewer words.',
  'search.no-embeddings': 'The pipeline embeds nothing, so there is nothing to search. Name one that has embeddings.',
  'stuck.unknown': 'Nothing of that name is parked. `batchmill parked list` shows what is.',
} as const;

export type CliErrorCode = keyof typeof cliErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<CliErrorCode, string> {}
}
