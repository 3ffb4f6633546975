export {
  runOnSimulator,
  type PublishedEvent,
  type SimulatedRun,
  type SimulatedRunOptions,
  type UnhandledMessage,
} from '@batchmill/service';
export { SimulatorError, defaultLimits, faultCatalogue, startSimulator } from '@batchmill/simulator';
export type {
  FaultDescription,
  FaultOn,
  FaultRule,
  FaultWhat,
  LedgerReport,
  Limits,
  Simulator,
  SimulatorOptions,
  Turnaround,
} from '@batchmill/simulator';
