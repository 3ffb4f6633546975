export { Notifier } from './notifier.js';
export { NotifierModule } from './notifier.module.js';
