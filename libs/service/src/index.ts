export { HealthController } from './health.controller.js';
export { expectHome, makeHome } from './home.js';
export { installationOf } from './installation.js';
export { assembleLine, closePorts, type Line, type Ports, type Surroundings } from './line.js';
export { LineModule } from './line.module.js';
export { NestLog } from './nest-log.js';
export { openLine, type OpenLineOptions, type OpenedLine } from './open-line.js';
export { isAtWork, openPorts, openStores } from './ports/index.js';
export { PipelineFiles, type PipelineFilesOptions } from './pipelines/index.js';
export { reportBatch, type BatchReport } from './reports/batch-report.js';
export { reportRun, type RunProgress, type RunReport } from './reports/run-report.js';
export { runStages } from './run-stages.js';
export { askForRun } from './runs/ask-for-run.js';
export { awaitRun, hasEnded, type Awaiting } from './runs/await-run.js';
export { runIdWanted } from './runs/expect-run-id.js';
export { awaitTold } from './runs/await-told.js';
export { lineOfRun } from './runs/line-of-run.js';
export { lineWithoutWork } from './runs/line-without-work.js';
export { newRunId } from './runs/new-run-id.js';
export { openWork } from './runs/open-work.js';
export { publishEvent } from './runs/publish-event.js';
export { runPipeline, type PipelineResult, type RunPipelineOptions } from './runs/run-pipeline.js';
export { workedElsewhere } from './runs/worked-elsewhere.js';
export { serveStages } from './serve-stages.js';
export {
  pipelineDefaultsOf,
  readPriceFile,
  readSettings,
  settingsReference,
  type Settings,
  type SettingsFrom,
} from './settings/index.js';
export { lineSettingsOf, notificationSettingsOf, workSettingsOf } from './settings-of-stages.js';
export { simulatedProvider, type SimulatedProvider } from './simulated-provider.js';
export { startStages } from './start-stages.js';
export { serviceErrorCodes, type ServiceErrorCode } from './error-codes.js';
