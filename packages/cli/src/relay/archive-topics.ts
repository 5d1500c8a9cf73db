/** Topics as archives, and topics that results go to: `kafka://host:9092/TOPIC`. */
import type { ResultSink, SegmentSource } from '@parley/archive';
import { Fault } from '@parley/core';
import { whereInstalled } from '../options/optional-package.ts';
import type { BusAddress } from './bus-address.ts';
import { pathOf, settingsOf } from './bus-address.ts';
import { addressOf } from './given-address.ts';
import type { Patience } from './patience.ts';
import { awaited } from './patience.ts';

const SCHEME = 'kafka';
const PATHS = '<paths...>';
const TO = '--to';

/** Whether `place` is one of a topic. */
export function isTopic(place: string): boolean {
  return place.startsWith(`${SCHEME}://`);
}

/** The topics at the addresses `places`, all of one cluster. @throws Fault `caller.option-invalid`, `internal.bus-unavailable` */
export async function topicSegments(places: readonly string[], patience: Patience): Promise<SegmentSource> {
  const addresses = await Promise.all(places.map((place) => topicAddress(place, PATHS)));
  const [first] = addresses;
  if (first === undefined || addresses.some(({ hosts }) => hosts.join() !== first.hosts.join()))
    throw new Fault('caller.option-invalid', { option: PATHS, reason: 'topics of an archive are of one cluster' });
  const { kafka, kafkaSegments } = await loaded(first, PATHS, patience);
  return kafkaSegments({ kafka, topics: addresses.map((address) => topicOf(address, PATHS)) });
}

/** Results to the topic at the address `place`. @throws Fault `caller.option-invalid`, `internal.bus-unavailable` */
export async function topicResults(place: string, patience: Patience): Promise<ResultSink> {
  const address = await topicAddress(place, TO);
  const topic = topicOf(address, TO);
  const { kafka, kafkaResults } = await loaded(address, TO, patience);
  return kafkaResults({ kafka, topic });
}

async function topicAddress(text: string, option: string): Promise<BusAddress> {
  const address = await addressOf({ text, option, folder: '.' });
  if (address.scheme !== SCHEME)
    throw new Fault('caller.option-invalid', { option, got: address.scheme, wanted: 'kafka://host:port/TOPIC' });
  settingsOf(address, ['tls'], option);
  return address;
}

function topicOf(address: BusAddress, option: string): string {
  const [topic = ''] = pathOf(address, 'TOPIC', option);
  return topic;
}

/** What takes topics, and the client once it has reached a broker. */
async function loaded(address: BusAddress, option: string, patience: Patience) {
  const load = async () => ({
    ...(await import('@parley/archive/kafka')),
    ...(await import('./kafka-scheme.ts')),
  });
  const { kafkaSegments, kafkaResults, reached } = await whereInstalled(load, ['kafkajs'], option, 'kafka://');
  const kafka = await awaited((failed) => reached(address, option, failed), address, option, patience);
  return { kafka, kafkaSegments, kafkaResults };
}
