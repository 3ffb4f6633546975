/** Every error code of the command line, with its meaning and what to do. */
export const cliErrorCodes = {
  'command.choice': 'The arguments exclude each other, or a required choice is missing. Give exactly one of them.',
  'command.empty-period':
    'The options leave no time in between. Give a --since that is before --until, or leave one of them out.',
  'command.not-confirmed':
    'The command would pay for answers again, or give something up, and was not confirmed. Nothing was started. Confirm beforehand with --yes.',
  'command.no-pipeline':
    'The command needs a pipeline and found none. Name one with --pipeline. For `--batch`, DEFAULT_PIPELINE can name it.',
  'command.no-file': 'A file that an option names cannot be read. Name a text file with one entry per line.',
  'dlt.no-topic': 'There is no topic with that name. Name an event, or leave it out for all topics.',
  'dlt.already-redriven': 'The letter was already redriven. If its message failed again, redrive the newer letter.',
  'dlt.unknown': 'There is no dead letter with that id. `batchmill dlt list` shows all.',
  'init.bad-name': 'The pipeline cannot have that name. Take lower-case letters and digits, with hyphens between them.',
  'init.cannot-write': 'A file of a new project or consumer cannot be written. Name a folder that can be written to.',
  'init.bad-package': 'The package.json of the folder cannot be read. Correct it, or name another folder.',
  'new.bad-name':
    'A consumer cannot have that name, or a stage has it. Take lower-case letters and digits, with hyphens between them.',
  'load.bad-line':
    'A line of the file is not a document with an `_id`. The lines before it are loaded. Correct the line and load the file again.',
  'load.no-collection':
    'The command does not know which collection to use. Give --collection, or set MONGODB_COLLECTION.',
  'load.own-collection': 'Batchmill keeps its own state in a collection with that name. Name another one.',
  'once.bad-flag': 'A flag of `once` has a value that cannot be used. The message says what was expected.',
  'once.bad-input':
    'The input of `once` is not what its format says. Nothing was sent. Correct the line, or name the format with --format.',
  'once.bad-output': 'The output of `once` cannot be written there. Nothing was sent. Name another file with --output.',
  'once.duplicate-id':
    'Two documents of the input have the same id. Nothing was sent. Correct one of them, name another field with --id, or say --no-id.',
  'once.field-taken':
    'A document has the field under which the result is written. Nothing was sent. Name another field with --as.',
  'once.no-documents': 'The input of `once` has no document. Nothing was sent.',
  'once.no-id': 'A document has no value in the field that --id names. Nothing was sent. Give it one, or say --no-id.',
  'once.nothing-to-ask':
    'Of no document a request can be made: mostly the template names a field that no document has. Nothing was sent. Correct the template.',
  'once.running': 'Another process works on the same command. Wait for it or stop it.',
  'once.unanswered':
    'The document has no answer yet: its run was held, parked, cancelled or stopped. The same command goes on with it.',
  'orphan.unknown': 'There is no orphan with that id. `batchmill orphans list` shows all.',
  'orphan.in-use':
    'The input file is read by a provider batch that is not settled, so it is not deleted. Cancel that batch first.',
  'parked.unknown': 'No parked record has that id. `batchmill parked list` shows all.',
  'purge.in-progress':
    'The document is in progress, or a run that has not ended has it. Nothing was changed. Wait for the end of the run, or cancel it.',
  'purge.needed':
    'The run has not ended, or a batch of it is parked or being reprocessed, so that its texts are needed. Wait for its end, or cancel it.',
  'search.too-long': 'The query has more tokens than the model accepts. Use fewer words.',
  'verify.no-vectors': 'The pipeline makes no vectors, so there is nothing to compare. Name one that does.',
  'search.bad-condition':
    'The condition of `--where` cannot be read. The message says where, and what was expected: a field of the pipeline, a comparison, a value of the field’s type.',
  'collection.no-alias': 'The pipeline’s vectors have no alias that could be moved. Set `embeddings.vectors.alias`.',
  'collection.unknown':
    'This installation has written no vectors into that collection, or not those of that pipeline. `batchmill vectors list` shows all.',
  'collection.lacks-vectors':
    'The collection lacks vectors of the one to which the alias points, so that searches would find less. Embed them first, or use `--incomplete`.',
  'collection.in-use':
    'A pipeline, or a run that has not ended, writes into the collection, or an alias points to it, so it is not dropped. Name another collection in the pipeline, wait for the run, or switch the alias.',
  'search.unknown-model':
    'The alias of the pipeline’s vectors points to a collection of which nobody has noted the model, so that the query cannot be embedded. Switch to the pipeline’s collection with `batchmill vectors switch`.',
  'search.no-embeddings': 'The pipeline has no embeddings, so there is nothing to search. Name one that has.',
} as const;

export type CliErrorCode = keyof typeof cliErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<CliErrorCode, string> {}
}
