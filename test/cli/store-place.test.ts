import { expect, test } from 'vitest';
import { shownPlace } from '../../packages/cli/src/options/store-place.ts';

test.each([
  ['contexts', 'contexts'],
  ['redis://parley:secret@host/0?name=orders', 'redis://parley@host/0?name=orders'],
  ['postgres://host/db?user=parley&password=secret&name=orders', 'postgres://host/db?user=parley&name=orders'],
  ['postgres://host/db?sslpassword=secret', 'postgres://host/db'],
  ['REDIS://parley:secret@host', 'redis://parley@host'],
  ['redis://parley:se@cret@[host', 'redis://[host'],
])('%s is shown as %s', (place, shown) => {
  expect(shownPlace(place)).toBe(shown);
});
