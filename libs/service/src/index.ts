export { HealthController } from './health.controller.js';
export { sharingWarnings } from './check-sharing.js';
export { checkHome, createHome } from './home.js';
export {
  checkPlace,
  installationIdOf,
  reportInstallation,
  takeOverInstallation,
  type InstallationReport,
} from './installation.js';
export { renewInstallation, type RenewedInstallation } from './renew-installation.js';
export { DueWork, type DueWorkOfStage } from './due/due-work.js';
export { assembleEngine, closePorts, type Engine, type Ports, type EngineContext } from './engine.js';
export { documentFilters, type DocumentFilters, type RequestedDocuments } from './estimate/document-filters.js';
export { countMissing } from './estimate/count-missing.js';
export { countClaimable, estimatePipeline, type PipelineEstimate } from './estimate/estimate-pipeline.js';
export { predictRun } from './estimate/predict-run.js';
export { EngineModule } from './engine.module.js';
export { engineHolder, followOtherEngine, isEngineRunning, lockHome } from './engine-lock.js';
export { NestLog } from './nest-log.js';
export {
  loadPipelines,
  openEngine,
  tryOpenEngine,
  tryPipelines,
  type OpenEngineOptions,
  type OpenedEngine,
} from './open-engine.js';
export { PortsToInspect, documentsOf, openPorts, openStores } from './ports/index.js';
export {
  PipelineFiles,
  findAllPipelineFiles,
  shippedApps,
  type PipelineFilesOptions,
  type PipelineProblem,
  type TriedPipelines,
} from './pipelines/index.js';
export { reportBatch, type BatchReport } from './reports/batch-report.js';
export type { UnusedWork } from './reports/unused-work.js';
export { notAcceptedOf, type NotAccepted } from './reports/not-accepted.js';
export type { ForecastReport, Prospect, WaitReport } from './reports/prospect.js';
export type { BatchCounts, RunOutlook } from './reports/run-outlook.js';
export type { DeadlineReport } from './reports/deadline-report.js';
export { usdRangeOf, type PredictedRun, type PredictedUsd } from './reports/predicted-run.js';
export { reportRun, type RunProgress, type RunReport } from './reports/run-report.js';
export type { Waiting } from './reports/waiting.js';
export { runStages } from './run-stages.js';
export { awaitNotifications, awaitRun, hasEnded, type AwaitRunOptions } from './runs/await-run.js';
export { engineForBatch, engineForCommands, engineForRun } from './runs/narrow-engine.js';
export { publishEvent, requestRun } from './runs/request-run.js';
export { newRunId, runIdFormat } from './runs/run-id.js';
export type { PublishedEvent, UnhandledMessage } from './runs/consume-on-simulator.js';
export { runOnSimulator, type SimulatedRun, type SimulatedRunOptions } from './runs/run-on-simulator.js';
export { onlyPipeline, runPipeline, type PipelineResult } from './runs/run-pipeline.js';
export type { RunPipelineOptions } from './runs/run-pipeline-options.js';
export { serveStages } from './serve-stages.js';
export {
  engineSettingsOf,
  notificationSettingsOf,
  pipelineDefaultsOf,
  readPriceFile,
  readSettings,
  providerProfileOf,
  proxiesOf,
  settingGroups,
  settingsReference,
  telemetryUrlsOf,
  trySettings,
  workSettingsOf,
  type SettingProblem,
  type Settings,
  type SettingsFrom,
  type TriedSettings,
} from './settings/index.js';
export { openSimulatedProvider, type SimulatedProvider } from './simulated-provider.js';
export { startStages } from './start-stages.js';
export { serviceErrorCodes, type ServiceErrorCode } from './error-codes.js';
