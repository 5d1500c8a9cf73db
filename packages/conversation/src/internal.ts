// What the other packages of Parley use of this one beside what is public. No promise is made for it: names come and go without
// a new major version.

export { currentMs } from './exchange/ambient.ts';
export { AMBIENT } from './exchange/ambient-shape.ts';
export { requireChannel } from './exchange/channel-shape.ts';
export { INITIATOR_MEMBERS } from './initiator/options.ts';
export { SharedTotal } from './quota/shared-total.ts';
export { BY_SERVER_MAX_MS } from './remote-store/keeping-time.ts';
export { outliveErrorsOf } from './remote-store/outlive-errors.ts';
export type { CallErrors, CallLimits } from './remote-store/remote-calls.ts';
export { RemoteCalls } from './remote-store/remote-calls.ts';
export { RemoteContextStore, sealedCheck } from './remote-store/remote-context-store.ts';
export type { ClaimAnswer, EntryClaim, EntryLimits } from './remote-store/remote-entries.ts';
export { RemoteEntries } from './remote-store/remote-entries.ts';
export type { HashWrite, ReadHash, RemoteHashes, Telling } from './remote-store/remote-hashes.ts';
export type { RemoteNames } from './remote-store/remote-names.ts';
export { RemoteTellings } from './remote-store/remote-tellings.ts';
export { StoreClock } from './remote-store/store-clock.ts';
export type { ForgottenTimes } from './replay/forgotten-times.ts';
export { isForgotten as isForgottenTime, withForgotten } from './replay/forgotten-times.ts';
export { requireQuestion } from './replay/replay-doors.ts';
export type { ShareQuota } from './replay/replay-shares.ts';
export { claimantOf, fingerprintOf, roomsOf, shareRefusal } from './replay/replay-shares.ts';
export { SEQUENCE_MEMBERS } from './sequence-keeping/settings.ts';
export { payloadIn } from './soap/body-payload.ts';
export { CHANGES_KEPT, ChangeRing, changesSince } from './store/change-ring.ts';
export { identifierOctets, refuseRevival, storableOctets, tombstoneOf } from './store/context-copy.ts';
export { isOfCounts, OF_COUNTS } from './store/record-store.ts';
export type { Retention } from './store/retention.ts';
export { isForgotten, isOver, retentionOf } from './store/retention.ts';
export {
  checkedChange,
  requireContext,
  requireIdentifier,
  requirePosition,
  requireTime,
  STORE_MEMBERS,
} from './store/store-doors.ts';
