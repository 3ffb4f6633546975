import { describe, expect, it } from '@jest/globals';
import { describeAccount, isSameAccount, type AccountInfo } from './account-info.js';

const account: AccountInfo = {
  address: 'https://api.openai.com/v1',
  keyFingerprint: '11111111',
  organization: null,
  project: null,
  reportedOrganization: null,
  reportedProject: null,
};
const reported = { reportedOrganization: 'org-a', reportedProject: 'proj-a' };

describe('whether two accounts are the same', () => {
  it.each([
    ['the same key', account, account],
    ['the same key, whose organization was not reported yet', { ...account, ...reported }, account],
    ['a record without an account', null, account],
    [
      'another key of the same organization and project',
      { ...account, ...reported, keyFingerprint: '2' },
      { ...account, ...reported },
    ],
  ])('is certain for %s', (_, former, now) => {
    expect(isSameAccount(former, now)).toBe(true);
  });

  it.each([
    ['another key, of which nothing is reported', { ...account, keyFingerprint: '2' }, account],
    [
      'another key of the same organization, whose project is not reported',
      { ...account, keyFingerprint: '2', reportedOrganization: 'org-a' },
      { ...account, reportedOrganization: 'org-a' },
    ],
    [
      'another key of another organization',
      { ...account, ...reported, keyFingerprint: '2' },
      { ...account, ...reported, reportedOrganization: 'org-b' },
    ],
    ['the same key with another project', { ...account, project: 'p' }, { ...account, project: 'q' }],
    ['the same key at another address', { ...account, address: 'http://localhost/v1' }, account],
  ])('is not certain for %s', (_, former, now) => {
    expect(isSameAccount(former, now)).toBe(false);
  });

  it('an account is described by what is known of it', () => {
    expect(describeAccount(account)).toBe('key 11111111, at https://api.openai.com/v1');
    expect(describeAccount({ ...account, ...reported, project: 'mine' })).toBe(
      'organization org-a, project mine, key 11111111, at https://api.openai.com/v1',
    );
  });
});
