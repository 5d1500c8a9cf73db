// CXF, its DOM and its streaming engine, as server and as client.
import { testLive } from './live-suite.ts';

testLive({
  peer: 'cxf',
  spread: [
    'x509-sbe-13-12',
    'x509-ebs-10-11',
    'x509-es-13-11',
    'x509-gcm-13-12',
    'x509-nodk-13-12',
    'x509m-sbe-13-12',
    'x509m-es-10-11',
    'ut-sbe-13-12',
    'ut-ebs-13-12',
    'ut-es-10-11',
    'ut-sha-13-12',
    'asym-es-13-12',
    'asym-ebs-13-11',
    'asym-ebses-13-12',
    'tls-sbe-10-12',
    'tls-ebs-13-11',
    'tls-nodk-13-12',
    'tls-b128-13-12',
    'tls-conf-13-12',
    'mix-dk-13-12',
    'mix-nodk-10-11',
  ],
});

// Another reader and writer of messages. After it renewed, it names no Instance and means the new key.
testLive({
  peer: 'cxf',
  title: 'cxf streaming',
  options: { streaming: 'true' },
  policy: { keyWithoutInstance: 'newest' },
  spread: ['x509-sbe-13-12', 'ut-es-10-11', 'asym-ebs-13-11', 'tls-sbe-10-12', 'tls-nodk-13-12', 'mix-nodk-13-12'],
});
