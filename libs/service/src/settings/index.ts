export type { Address } from './address.js';
export { settingGroups } from './catalogue.js';
export {
  engineSettingsOf,
  notificationSettingsOf,
  pipelineDefaultsOf,
  providerProfileOf,
  proxiesOf,
  telemetryUrlsOf,
  workSettingsOf,
} from './engine-settings.js';
export { readPriceFile } from './read-price-file.js';
export { readSettings, trySettings, type SettingsFrom, type TriedSettings } from './read-settings.js';
export type { SettingProblem } from './setting-problem.js';
export type { Settings } from './settings.js';
export { settingsReference } from './settings-reference.js';
