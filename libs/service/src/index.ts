export { HealthController } from './health.controller.js';
export { installationOf } from './installation.js';
export { assembleLine, closePorts, type Line, type Ports, type Surroundings } from './line.js';
export { LineModule } from './line.module.js';
export { NestLog } from './nest-log.js';
export { runStages } from './run-stages.js';
export { serveStages } from './serve-stages.js';
