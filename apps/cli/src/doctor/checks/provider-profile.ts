import { endpointPlansOf, type Pipelines } from '@batchmill/pipeline';
import { describeLimits, describeWindows, type ProviderProfile } from '@batchmill/provider';
import { providerProfileOf } from '@batchmill/service';
import type { Check } from '../check.js';
import { ok, warning, type Finding } from '../finding.js';

/** What is known of the provider, and what the pipelines ask for that it does not take. */
export const profileCheck: Check = {
  name: 'profile',
  group: 'Provider',
  title: () => 'what the provider takes',
  setting: 'BATCHMILL_PROVIDER',
  settingGroups: ['openai'],
  after: () => [],
  async run({ settings, pipelines }) {
    const profile = providerProfileOf(settings);
    const { pipelines: right } = await pipelines();
    return [profileFinding(profile, settings.openai.baseUrl), ...unbatchable(right, profile)];
  },
};

/** Another path than the usual one may be that of a gateway. */
function profileFinding(profile: ProviderProfile, baseUrl: string): Finding {
  const { title, limits, completionWindows, hosts } = profile;
  const text = `${title}: at most ${describeLimits(limits)} in a file; completion windows: ${describeWindows(completionWindows)}`;
  const usual = URL.parse(profile.baseUrl ?? '')?.pathname;
  const found = URL.parse(baseUrl);
  const isItsHost = hosts.some((host) => host === found?.hostname);
  if (found === null || usual === undefined || !isItsHost || found.pathname.replace(/\/+$/, '') === usual)
    return ok(text);
  return warning(text, {
    reason: `OPENAI_BASE_URL: found the path ${found.pathname}, expected ${usual}, which is that of its API`,
    remedy: `set OPENAI_BASE_URL=${found.origin}${usual}`,
  });
}

function unbatchable(pipelines: Pipelines, { title, endpoints }: ProviderProfile): Finding[] {
  const all = pipelines.names().map((name) => pipelines.get(name));
  return all.flatMap((pipeline) =>
    endpointPlansOf(pipeline).flatMap(({ endpoint, functions }) => {
      const refused = functions.filter(({ url }) => !endpoints.includes(url));
      if (refused.length === 0) return [];
      const urls = [...new Set(refused.map(({ url }) => url))].join(' and ');
      const names = refused.map(({ name }) => name).join(', ');
      return [
        warning(`${endpoint} of ${pipeline.name}: ${names}`, {
          reason: `${title} does not take ${urls} in batches, so a run of them is rejected before anything is sent`,
          remedy: `use another provider for them, or say in BATCHMILL_PROVIDER which provider it is`,
        }),
      ];
    }),
  );
}
