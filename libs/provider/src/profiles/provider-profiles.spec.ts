import { describe, expect, it } from '@jest/globals';
import { isCompletionWindow } from '@batchmill/contracts';
import { allowsWindow, describeWindows } from './completion-windows.js';
import { describeLimits } from './describe-limits.js';
import { profileFor } from './profile-for.js';
import { profileNames, providerProfiles } from './provider-profiles.js';

describe('which provider a URL is', () => {
  it.each([
    ['https://api.openai.com/v1', 'openai'],
    ['https://eu.api.openai.com/v1', 'openai'],
    ['https://my-resource.openai.azure.com/openai/v1', 'azure'],
    ['https://gateway.azure-api.net/openai/v1', 'azure'],
    ['https://api.groq.com/openai/v1', 'groq'],
    ['https://api.novita.ai/openai/v1', 'novita'],
    ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 'alibaba'],
    ['https://ws-1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1', 'alibaba'],
    ['https://llm.example.com/v1', 'openai-compatible'],
    ['https://api.openai.com.example.com/v1', 'openai-compatible'],
    ['https://notazure.com/v1', 'openai-compatible'],
    ['http://127.0.0.1:8080/v1', 'openai-compatible'],
    ['simulated', 'openai'],
  ])('C8: %s is %s', (url, name) => {
    expect(profileFor(url).name).toBe(name);
  });

  it('C8: a name in the settings wins over the host', () => {
    expect(profileFor('https://gateway.example.com/v1', 'groq').name).toBe('groq');
    expect(profileFor('https://api.openai.com/v1', 'openai-compatible').name).toBe('openai-compatible');
  });
});

describe('what every profile says', () => {
  it('names are unique, and each is a word that a setting can have', () => {
    expect(new Set(profileNames).size).toBe(providerProfiles.length);
    for (const name of profileNames) expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
  });

  it.each(providerProfiles.map((profile) => [profile.name, profile] as const))(
    '%s takes its own default window, offers a request, and is recognized by its own URL',
    (name, profile) => {
      const { baseUrl, completionWindows, defaultCompletionWindow, endpoints, batchRate } = profile;

      expect(isCompletionWindow(defaultCompletionWindow)).toBe(true);
      expect(allowsWindow(completionWindows, defaultCompletionWindow)).toBe(true);
      expect(endpoints.length).toBeGreaterThan(0);
      if (batchRate !== null) expect(batchRate > 0 && batchRate <= 1).toBe(true);
      if (baseUrl !== null) expect(profileFor(baseUrl).name).toBe(name);
    },
  );

  it.each(
    providerProfiles
      .filter(({ name }) => name !== 'openai-compatible')
      .map((profile) => [profile.name, profile] as const),
  )('%s names the pages that say it', (_, { sources }) => {
    expect(sources.length).toBeGreaterThan(0);
    for (const source of sources) expect(URL.parse(source)?.protocol).toBe('https:');
  });
});

describe('completion windows', () => {
  it.each([
    ['24h', true],
    ['48h', true],
    ['7d', true],
    ['168h', true],
    ['12h', false],
    ['8d', false],
  ] as const)('a range from 24h to 7d has %s: %s', (window, isAllowed) => {
    expect(allowsWindow({ from: '24h', to: '7d' }, window)).toBe(isAllowed);
  });

  it('one of a list is compared as a text, because providers do', () => {
    expect(allowsWindow(['24h'], '24h')).toBe(true);
    expect(allowsWindow(['24h'], '1d')).toBe(false);
  });

  it('where nothing is known, every window is allowed', () => {
    expect(allowsWindow(null, '30d')).toBe(true);
  });

  it('they are shown as they are written', () => {
    expect([
      describeWindows(['24h', '48h']),
      describeWindows({ from: '24h', to: '7d' }),
      describeWindows(null),
    ]).toEqual(['24h or 48h', '24h to 7d', 'any']);
  });
});

it('limits are shown with their units', () => {
  expect(describeLimits(profileFor('https://api.openai.com/v1').limits)).toBe(
    '50,000 requests, 200 MiB, 50,000 embedding inputs',
  );
  expect(describeLimits(profileFor('https://api.novita.ai/openai/v1').limits)).toBe('50,000 requests, 100 MB');
});
