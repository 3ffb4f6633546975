import { proxiesOf, telemetryUrlsOf } from '@batchmill/service';
import { reachReceiver } from '@batchmill/telemetry';
import type { Check } from '../check.js';
import { failed, ok, type Finding } from '../finding.js';

export const telemetryCheck: Check = {
  name: 'telemetry',
  group: 'Notifications and telemetry',
  title: () => 'telemetry',
  setting: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  settingGroups: ['service', 'proxies'],
  after: () => [],
  async run({ settings }, signal) {
    const { tracesUrl, metricsUrl } = telemetryUrlsOf(settings);
    const receivers = [
      ['traces', tracesUrl],
      ['metrics', metricsUrl],
    ] as const;
    const findings = receivers.map(async ([what, url]): Promise<Finding[]> => {
      if (url === null) return [];
      const text = `${what} to ${new URL(url).host}`;
      try {
        const status = await reachReceiver(url, { proxies: proxiesOf(settings.proxies), signal });
        return [ok(`${text}: answers HEAD with ${status}`)];
      } catch (error) {
        const { code = 'no connection' } = error as NodeJS.ErrnoException; // most errors of a socket have a code
        return [
          failed(text, {
            reason: `the receiver cannot be reached (${code})`,
            remedy: 'start the collector, correct OTEL_EXPORTER_OTLP_ENDPOINT, or set OTEL_SDK_DISABLED=true',
          }),
        ];
      }
    });
    const found = (await Promise.all(findings)).flat();
    return found.length > 0 ? found : [ok('telemetry: none is sent')];
  },
};
