// What tests of an application need.
export { MemoryPeer } from './kit/memory-peer.ts';
export type { MemoryPeerOptions } from './kit/memory-peer.ts';
export { sampleContext, sampleKey } from './kit/sample-context.ts';
export { sampleMessage, tampered } from './kit/sample-message.ts';
export type { SampleMessageOptions } from './kit/sample-message.ts';
export { SAMPLE_TIME_MS, TestAmbient } from './kit/test-ambient.ts';
export type { TestAmbientOptions } from './kit/test-ambient.ts';

// What every store must do, for whoever writes one.
export { CONTEXT_STORE_LAWS } from './conformance/context-store-laws.ts';
export type { OpenStore } from './conformance/context-store-laws.ts';
export type { Law } from './conformance/law.ts';
export { RECORD_STORE_LAWS } from './conformance/record-store-laws.ts';
export { REPLAY_CLOCK_LAWS } from './conformance/replay-clock-laws.ts';
export type { OpenReplayNodes } from './conformance/replay-clock-laws.ts';
export { REPLAY_CACHE_LAWS } from './conformance/replay-cache-laws.ts';
export { SEALED_STORE_LAWS } from './conformance/sealed-store-laws.ts';
export type { SealedPlaceOfStore } from './conformance/sealed-store-laws.ts';
export type { OpenReplayCache } from './conformance/replay-cache-laws.ts';
