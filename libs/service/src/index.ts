export { HealthController } from './health.controller.js';
export { expectHome, makeHome } from './home.js';
export { installationOf } from './installation.js';
export { assembleEngine, closePorts, type Engine, type Ports, type EngineContext } from './engine.js';
export { EngineModule } from './engine.module.js';
export { NestLog } from './nest-log.js';
export { openEngine, type OpenEngineOptions, type OpenedEngine } from './open-engine.js';
export { isAtWork, openPorts, openStores } from './ports/index.js';
export { PipelineFiles, type PipelineFilesOptions } from './pipelines/index.js';
export { reportBatch, type BatchReport } from './reports/batch-report.js';
export { reportRun, type RunProgress, type RunReport } from './reports/run-report.js';
export { runStages } from './run-stages.js';
export { requestRun } from './runs/request-run.js';
export { awaitRun, hasEnded, type Awaiting } from './runs/await-run.js';
export { runIdWanted } from './runs/expect-run-id.js';
export { awaitNotifications } from './runs/await-notifications.js';
export { engineOfRun } from './runs/engine-of-run.js';
export { engineWithoutWork } from './runs/engine-without-work.js';
export { newRunId } from './runs/new-run-id.js';
export { openWork } from './runs/open-work.js';
export { publishEvent } from './runs/publish-event.js';
export { runPipeline, type PipelineResult } from './runs/run-pipeline.js';
export type { RunPipelineOptions } from './runs/run-pipeline-options.js';
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
export { engineSettingsOf, notificationSettingsOf, workSettingsOf } from './settings-of-stages.js';
export { simulatedProvider, type SimulatedProvider } from './simulated-provider.js';
export { startStages } from './start-stages.js';
export { serviceErrorCodes, type ServiceErrorCode } from './error-codes.js';
