/** Every code that the start of a service or of a run puts on an error: what it means, and what to do. */
export const serviceErrorCodes = {
  'settings.invalid': 'Settings are wrong or missing. The message lists all of them with what was found and expected.',
  'settings.unknown-stage': 'There is no stage or consumer of that name. The message lists those that exist.',
  'settings.no-key':
    'There is no API key for the provider. Set OPENAI_API_KEY, or OPENAI_BASE_URL=simulated to try without one.',
  'settings.home':
    'The home is not a folder, or cannot be created. Set BATCHMILL_HOME to a folder that can be written to.',
  'installation.elsewhere':
    'The state was worked on at another place: it was copied, restored or moved. Nothing is done with it until `batchmill installation take-over` continues it, or `batchmill installation renew` makes it an installation of its own. A service waits for that. A process under which the state was replaced or renewed ends with it.',
  'installation.in-use':
    'A process works on the state that is to be renewed: a service, or a command such as `batchmill run`. Stop it first.',
  'settings.no-database':
    'BATCHMILL_BLOBS names GridFS without a MongoDB. Set BATCHMILL_STORE to one, or leave BATCHMILL_BLOBS unset.',
  'settings.prices':
    'The file of prices cannot be read or has a wrong entry. Correct the entry that the message names.',
  'service.no-answer':
    'A dependency did not answer a check in time. The service is not ready until it does, and then continues by itself.',
  'settings.port-in-use': 'Another process listens on the port. Set PORT to another, or to 0 for any free port.',
  'pipeline.no-folder': 'The folder of pipelines cannot be read. Set BATCHMILL_PIPELINES to yours.',
  'pipeline.no-file':
    'A definition that was passed to runPipeline names a file with a prompt. Pass the prompt as text.',
  'run.bad-option':
    'runPipeline was called with an unknown option, or without a pipeline. The message lists the options.',
  'run.bad-id': 'The text cannot be a run id. The message says which characters it may have.',
  'run.other-request':
    'The run of that id was requested differently. Repeat the first request to continue it, or use another run id.',
  'batch.unknown': 'There is no batch with that id. `batchmill batch list` lists those that exist.',
  'run.unknown': 'There is no run of that id, or it was stopped before it began. `batchmill runs list` shows the runs.',
  'run.rejected': 'The run was rejected before anything was spent. The message gives the reason.',
  'run.home-in-use':
    'Another process runs stages on this home and does not know the definition. Put it into the folder of pipelines, or stop that process.',
  'run.process-without-definition':
    'A processor was passed with the name of a pipeline. Pass the definition, or write the processor into its file.',
} as const;

export type ServiceErrorCode = keyof typeof serviceErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<ServiceErrorCode, string> {}
}
