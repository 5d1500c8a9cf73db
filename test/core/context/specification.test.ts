import { VERSION_URIS } from '@parley/core/internal';
import { expect, test } from 'vitest';

test('the URIs of the two generations', () => {
  expect(VERSION_URIS).toEqual({
    '200512': {
      version: '200512',
      trust: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512',
      conversation: 'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512',
      sct: 'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512/sct',
      dkt: 'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512/dk',
      pSha1: 'http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512/dk/p_sha1',
      computedKeyPSha1: 'http://docs.oasis-open.org/ws-sx/ws-trust/200512/CK/PSHA1',
    },
    '200502': {
      version: '200502',
      trust: 'http://schemas.xmlsoap.org/ws/2005/02/trust',
      conversation: 'http://schemas.xmlsoap.org/ws/2005/02/sc',
      sct: 'http://schemas.xmlsoap.org/ws/2005/02/sc/sct',
      dkt: 'http://schemas.xmlsoap.org/ws/2005/02/sc/dk',
      pSha1: 'http://schemas.xmlsoap.org/ws/2005/02/sc/dk/p_sha1',
      computedKeyPSha1: 'http://schemas.xmlsoap.org/ws/2005/02/trust/CK/PSHA1',
    },
  });
});
