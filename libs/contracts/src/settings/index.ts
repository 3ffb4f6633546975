export { adapter, type Adapter, type AdapterContext, type AdapterDefinition } from './adapter.js';
export {
  choice,
  choices,
  completionWindow,
  decimal,
  duration,
  durationOr,
  existingFile,
  integer,
  list,
  path,
  pathOr,
  proxy,
  text,
  url,
  type DurationSpec,
  type ListSpec,
  type RangeSpec,
  type UrlSpec,
} from './kinds.js';
export {
  setting,
  type Setting,
  type SettingGroup,
  type SettingSpec,
  type SettingValue,
  type SettingValues,
} from './setting.js';
