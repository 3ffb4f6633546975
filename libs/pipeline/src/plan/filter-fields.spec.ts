import { expect, it } from '@jest/globals';
import { withoutField } from './filter-fields.js';

it.each([
  [{ status: 'pending', type: 'ip' }, { type: 'ip' }],
  [{ 'status.now': 'pending' }, {}],
  [{ $and: [{ status: 'pending' }, { type: 'ip' }] }, { $and: [{ type: 'ip' }] }],
  [{ $and: [{ status: 'pending' }] }, {}],
  [{ $and: [{ $and: [{ status: 'pending', a: 1 }] }] }, { $and: [{ $and: [{ a: 1 }] }] }],
  [{ $or: [{ a: 1 }, { b: 1 }] }, { $or: [{ a: 1 }, { b: 1 }] }],
  [{ statuses: 'pending' }, { statuses: 'pending' }],
])('R10: %j without the status is %j', (filter, remaining) => {
  expect(withoutField(filter, 'status')).toEqual(remaining);
});

it.each([{ $or: [{ status: 'pending' }, { type: 'ip' }] }, { $nor: [{ status: 'failed' }] }])(
  'R10: the status cannot be removed from %j',
  (filter) => {
    expect(withoutField(filter, 'status')).toBeNull();
  },
);
