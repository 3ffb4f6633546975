import { checkChannel } from '@batchmill/notifier';
import { notificationSettingsOf } from '@batchmill/service';
import type { Check } from '../check.js';
import { shownHost } from '../../show/shown-address.js';
import { ok } from '../finding.js';

export const emailCheck: Check = {
  name: 'email',
  group: 'Notifications and telemetry',
  title: ({ notifications }) => `e-mail by ${shownHost(notifications.smtpUrl)}`,
  setting: 'SMTP_URL',
  settingGroups: ['notifications'],
  after: () => [],
  async run({ settings }) {
    const receipt = await checkChannel('email', notificationSettingsOf(settings));
    if (receipt === null) return [ok('e-mail: none is set')];
    const { host } = new URL(settings.notifications.smtpUrl ?? '');
    return [ok(`e-mail by ${host}: answers and takes the login; to mail a test: batchmill notify test`)];
  },
};
