export {
  EngineSettings,
  type EmailSettings,
  type NotificationSettings,
  type WebhookSettings,
} from './engine-settings.js';
export { WorkSettings } from './work-settings.js';
export { Consumes, ConsumesUnusable, Every, Stage, Works, declaredOf } from './stage.decorators.js';
export type { HandlerDefinition, RecordsClass, StageDefinition } from './stage-definition.js';
export { StageStrategy } from './stage-strategy.js';
export { StageHost, type Handler, type HostDependencies } from './stage-host.js';
export type { Work, WorkDependencies } from './work.js';
export type { Received, Unusable } from './read-message.js';
export { OutboxPublisher, type Sender } from './outbox-publisher.js';
export { Outage } from './outage.js';
export { Readiness, type DependencyOutage } from './readiness.js';
export { StateCheck } from './state-check.js';
export { jitterFrom } from './jitter.js';
export { stageErrorCodes, type StageErrorCode } from './error-codes.js';
