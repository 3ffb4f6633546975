import { checkChannel } from '@batchmill/notifier';
import { notificationSettingsOf } from '@batchmill/service';
import type { Check } from '../check.js';
import { shownHost } from '../../show/shown-address.js';
import { ok } from '../finding.js';

export const webhookCheck: Check = {
  name: 'webhook',
  group: 'Notifications and telemetry',
  title: ({ notifications }) => `webhook at ${shownHost(notifications.webhookUrl)}`,
  setting: 'NOTIFICATION_WEBHOOK',
  settingGroups: ['notifications', 'proxies'],
  after: () => [],
  async run({ settings }) {
    const receipt = await checkChannel('webhook', notificationSettingsOf(settings));
    if (receipt === null) return [ok('webhook: none is set')];
    const { host } = new URL(settings.notifications.webhookUrl ?? '');
    return [ok(`webhook at ${host}: answers HEAD with ${receipt.response}; to post a test: batchmill notify test`)];
  },
};
