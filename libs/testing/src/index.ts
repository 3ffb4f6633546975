export { eventually } from './eventually.js';
export { KnownPipelines } from './known-pipelines.js';
export { ManualClock } from './manual-clock.js';
export { serverAddresses } from './server-addresses.js';
export { ShiftedClock } from './shifted-clock.js';
export { TestLine, type TestLineOptions } from './test-line.js';
export { testLineSettings, testWorkSettings } from './test-settings.js';
