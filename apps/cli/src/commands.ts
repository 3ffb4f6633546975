import type { Command } from 'commander';

/** A command as the help and the completion show it. */
export interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** Loads its file when it is called: most commands need the engine, which the help does not. */
  readonly load: () => Promise<Command>;
}

/** In the order of the help. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'init',
    description:
      'write a project: a pipeline with its prompt, documents to try it on, settings for a simulated OpenAI, a test, a Compose file and a README. Adds to a folder that has a package.json, and changes no other file that exists',
    load: async () => (await import('./commands/init.js')).initCommand(),
  },
  {
    name: 'new',
    description: 'write files of your own into the project of this folder',
    load: async () => (await import('./commands/new.js')).newCommand(),
  },
  {
    name: 'run',
    description: 'run a pipeline',
    load: async () => (await import('./commands/run.js')).runCommand(),
  },
  {
    name: 'once',
    description:
      'ask a model about every document of a file, without a pipeline, and write the answers beside the documents; the same command goes on after a stop, and pays for no document twice',
    load: async () => (await import('./commands/once.js')).onceCommand(),
  },
  {
    name: 'serve',
    description:
      'run stages as a service until Ctrl-C or SIGTERM, with health and metrics on PORT. Without names every stage, and the consumers of BATCHMILL_CONSUMERS',
    load: async () => (await import('./commands/serve.js')).serveCommand(),
  },
  {
    name: 'pipelines',
    description: 'the pipelines of the folder',
    load: async () => (await import('./commands/pipelines.js')).pipelinesCommand(),
  },
  {
    name: 'validate',
    description:
      'check the settings, every pipeline and every consumer as the start does; calls no server and sends nothing',
    load: async () => (await import('./commands/validate.js')).validateCommand(),
  },
  {
    name: 'runs',
    description: 'list, show, cancel, pause or resume runs, or change what they may spend',
    load: async () => (await import('./commands/runs.js')).runsCommand(),
  },
  {
    name: 'batch',
    description: 'list, show, process, reprocess, cancel or abandon batches',
    load: async () => (await import('./commands/batch.js')).batchCommand(),
  },
  {
    name: 'schedules',
    description: 'runs that start at set times',
    load: async () => (await import('./commands/schedules.js')).schedulesCommand(),
  },
  {
    name: 'progress',
    description: 'follow a run until it ends; without an id the newest run',
    load: async () => (await import('./commands/progress.js')).progressCommand(),
  },
  {
    name: 'load',
    description:
      'load documents from a file into a collection, each under its _id; documents that are already stored stay unchanged, unless an option says otherwise',
    load: async () => (await import('./commands/load.js')).loadCommand(),
  },
  {
    name: 'export',
    description:
      'print the documents of a collection with the answers written on them, one per line, as load reads them',
    load: async () => (await import('./commands/export.js')).exportCommand(),
  },
  {
    name: 'preview',
    description:
      'the prompts of the first documents as they would be sent, and their cost; sends and writes nothing. Shows three documents unless --limit is given',
    load: async () => (await import('./commands/preview.js')).previewCommand(),
  },
  {
    name: 'estimate',
    description:
      'the requests, batches and cost of a run, from its documents or, of more than 5,000, from a sample of 500; needs no key and sends nothing',
    load: async () => (await import('./commands/estimate.js')).estimateCommand(),
  },
  {
    name: 'calibrate',
    description:
      'read the account’s batches, whoever made them: keeps how long they take and the limits of the queue, so that forecasts have a basis from the first day',
    load: async () => (await import('./commands/calibrate.js')).calibrateCommand(),
  },
  {
    name: 'costs',
    description: 'what was billed, by the ledger: requests, tokens, cost, synchronous price, saved and wasted',
    load: async () => (await import('./commands/costs.js')).costsCommand(),
  },
  {
    name: 'savings',
    description: 'what was saved, by the ledger: one number, and the table that it comes from',
    load: async () => (await import('./commands/savings.js')).savingsCommand(),
  },
  {
    name: 'search',
    description: 'search the documents of a pipeline by meaning',
    load: async () => (await import('./commands/search.js')).searchCommand(),
  },
  {
    name: 'parked',
    description: 'list, show or retry records that are parked after too many attempts',
    load: async () => (await import('./commands/parked.js')).parkedCommand(),
  },
  {
    name: 'dlt',
    description: 'list, show or redrive dead letters: messages that could not be used',
    load: async () => (await import('./commands/dlt.js')).dltCommand(),
  },
  {
    name: 'doctor',
    description:
      'try everything that the settings name, and say what is wrong and what to do; changes nothing and costs nothing',
    load: async () => (await import('./commands/doctor.js')).doctorCommand(),
  },
  {
    name: 'notify',
    description: 'notifications by webhook and e-mail',
    load: async () => (await import('./commands/notify.js')).notifyCommand(),
  },
  {
    name: 'topics',
    description: 'the topics of the bus',
    load: async () => (await import('./commands/topics.js')).topicsCommand(),
  },
  {
    name: 'installation',
    description: 'show the installation, or say what a state is that was copied, restored or moved',
    load: async () => (await import('./commands/installation.js')).installationCommand(),
  },
  {
    name: 'audit',
    description:
      'compare the records of batches with the provider’s lists: batches, states, counts, tokens, models, costs and files; exits with 3 where they differ',
    load: async () => (await import('./commands/audit.js')).auditCommand(),
  },
  {
    name: 'verify',
    description:
      'compare the documents of a pipeline with its vectors, both ways: missing, stale, of another model, with other fields, orphaned; exits with 3 where they differ',
    load: async () => (await import('./commands/verify.js')).verifyCommand(),
  },
  {
    name: 'vectors',
    description:
      'list the collections of vectors, switch an alias to another one, or drop one that is not used any more',
    load: async () => (await import('./commands/vectors.js')).vectorsCommand(),
  },
  {
    name: 'orphans',
    description: 'list or remove provider batches and input files of this installation that no record holds',
    load: async () => (await import('./commands/orphans.js')).orphansCommand(),
  },
  {
    name: 'files',
    description:
      'list the provider’s batch files and result files of this account, or delete those of this installation that are not needed',
    load: async () => (await import('./commands/files.js')).filesCommand(),
  },
  {
    name: 'documents',
    description: 'list failed documents, or release those that a lost claim holds',
    load: async () => (await import('./commands/documents.js')).documentsCommand(),
  },
  {
    name: 'indexes',
    description:
      'the indexes of the documents’ collections that the queries of pipelines want, and which of them are missing; exits with 3 where one is',
    load: async () => (await import('./commands/indexes.js')).indexesCommand(),
  },
  {
    name: 'purge',
    description:
      'delete our own copies of texts: of runs that ended long ago, of one run, or everything of ours about one document',
    load: async () => (await import('./commands/purge.js')).purgeCommand(),
  },
  {
    name: 'simulator',
    description: 'start a simulated OpenAI server for files and batches, with faults and its own clock',
    load: async () => (await import('./commands/simulator.js')).simulatorCommand(),
  },
  {
    name: 'completion',
    description: 'print what makes a shell complete this command; in bash: source <(batchmill completion bash)',
    load: async () => (await import('./commands/completion.js')).completionCommand(),
  },
];
