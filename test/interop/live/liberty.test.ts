// Open Liberty with CXF 2.6, as server and as client.
import { testLive } from './live-suite.ts';

testLive({ peer: 'liberty', spread: [] });
