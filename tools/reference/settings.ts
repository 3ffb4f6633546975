import { settingsReference } from '@batchmill/service';

export function settingsPage(): string {
  return settingsReference();
}
