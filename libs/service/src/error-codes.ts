/** Every code that the start of a service or of a run puts on an error: what it means, and what to do. */
export const serviceErrorCodes = {
  'settings.invalid': 'Settings are wrong or missing; the message lists all of them with what was found and expected.',
  'settings.no-key':
    'There is no key for the provider. Set OPENAI_API_KEY, or OPENAI_BASE_URL=simulated to try without one.',
  'settings.home': 'The home is no folder, or cannot be made. Set BATCHMILL_HOME to a folder that can be written to.',
  'settings.no-database':
    'Files are to lie in GridFS and there is no MongoDB. Set BATCHMILL_STORE, or leave BATCHMILL_BLOBS out.',
  'settings.prices': 'The file of prices cannot be read or has a wrong entry. Mend the entry that the message names.',
  'service.no-answer':
    'A dependency was asked whether it is there and did not answer in time. The service is not ready until it does, and goes on by itself.',
  'settings.port-in-use': 'Another process listens at the port. Set PORT to another, or to 0 for any.',
  'pipeline.no-folder': 'The folder of pipelines cannot be read. Set BATCHMILL_PIPELINES to yours.',
  'pipeline.no-file': 'A definition that was given directly names a file with a prompt. Give the prompt as text.',
  'run.bad-option': 'What runPipeline was given is no option of it, or no pipeline. The message says which there are.',
  'run.bad-id': 'The id that was given for a run cannot name one. The message says which characters it takes.',
  'run.other-request':
    'The run of that id was asked for otherwise. Ask for the same to go on with it, or name another run.',
  'run.unknown':
    'There is no run of that id, or it was stopped before it began. `batchmill runs list` shows those there are.',
  'run.rejected': 'The run cannot be carried out, and nothing was spent. The message is the reason.',
  'run.at-work-elsewhere':
    'Another process works on this home and does not know the definition. Put it into the folder of pipelines, or stop that process.',
  'run.process-without-definition':
    'A processor was given beside the name of a pipeline. Give the definition itself, or write the processor into its file.',
} as const;

export type ServiceErrorCode = keyof typeof serviceErrorCodes;

declare module '@batchmill/contracts' {
  interface ErrorCodes extends Record<ServiceErrorCode, string> {}
}
