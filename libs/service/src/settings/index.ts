export type { Address } from './address.js';
export { settingGroups } from './catalogue.js';
export {
  engineSettingsOf,
  notificationSettingsOf,
  pipelineDefaultsOf,
  proxiesOf,
  telemetryUrlsOf,
  workSettingsOf,
} from './engine-settings.js';
export { readPriceFile } from './read-price-file.js';
export {
  readSettings,
  trySettings,
  type SettingProblem,
  type SettingsFrom,
  type TriedSettings,
} from './read-settings.js';
export type { Settings } from './settings.js';
export { settingsReference } from './settings-reference.js';
