import { describe, expect, it } from '@jest/globals';
import { readSettings } from '@batchmill/service';
import { statePlace } from './state-place.js';

const place = (env: Record<string, string>): string => statePlace(readSettings({ env, cwd: '/work', files: [] }));

describe('where the state is', () => {
  it('with an embedded store it is the home folder', () => {
    expect(place({ BATCHMILL_HOME: '/srv/batchmill' })).toBe('/srv/batchmill');
  });

  it('on a server it is the address, without the login and the options', () => {
    expect(place({ BATCHMILL_STORE: 'mongodb://me:secret@db.example:27017/batchmill?tls=true' })).toBe(
      'mongodb://db.example:27017/batchmill',
    );
  });
});
