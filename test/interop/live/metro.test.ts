// Metro, as server and as client; one of its contexts lives for 20 s, and is renewed.
import { testLive } from './live-suite.ts';

testLive({
  peer: 'metro',
  spread: [
    'x509-sbe-13-12',
    'x509m-es-10-11',
    'ut-ebs-13-12',
    'asym-es-10-12',
    'tls-nodk-13-12',
    'tls-sha-13-12',
    'mix-nodk-10-11',
    'tls-renew-13-12',
    'x509-rm-13-12',
    'asym-rmlone-10-12',
  ],
});
