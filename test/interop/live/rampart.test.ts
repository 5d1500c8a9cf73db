// Rampart, as server and as client.
import { testLive } from './live-suite.ts';

testLive({ peer: 'rampart', spread: [] });
