/** Topics as archives, and topics that results go to: `kafka://host:9092/TOPIC`. */
import type { ResultSink, SegmentSource } from '@parley/archive';
import { Fault } from '@parley/core';
import { whereInstalled } from '../options/optional-package.ts';
import type { BusAddress } from './bus-address.ts';
import { busAddress, pathOf, settingsOf } from './bus-address.ts';

const SCHEME = 'kafka';

/** Whether `place` is one of a topic. */
export function isTopic(place: string): boolean {
  return place.startsWith(`${SCHEME}://`);
}

/** The topics at the addresses `places`, all of one cluster. @throws Fault `caller.option-invalid` */
export async function topicSegments(places: readonly string[]): Promise<SegmentSource> {
  const addresses = places.map((place) => topicAddress(place, 'paths'));
  const [first] = addresses;
  if (first === undefined || addresses.some(({ hosts }) => hosts.join() !== first.hosts.join()))
    throw new Fault('caller.option-invalid', { option: 'paths', reason: 'topics of an archive are of one cluster' });
  const { kafka, kafkaSegments } = await loaded(first, 'paths');
  return kafkaSegments({ kafka, topics: addresses.map((address) => topicOf(address, 'paths')) });
}

/** Results to the topic at the address `place`. @throws Fault `caller.option-invalid` */
export async function topicResults(place: string): Promise<ResultSink> {
  const address = topicAddress(place, 'to');
  const topic = topicOf(address, 'to');
  const { kafka, kafkaResults } = await loaded(address, 'to');
  return kafkaResults({ kafka, topic });
}

function topicAddress(place: string, option: string): BusAddress {
  const address = busAddress(place, option);
  if (address.scheme !== SCHEME)
    throw new Fault('caller.option-invalid', { option, got: address.scheme, wanted: 'kafka://host:port/TOPIC' });
  settingsOf(address, ['tls'], option);
  return address;
}

function topicOf(address: BusAddress, option: string): string {
  const [topic = ''] = pathOf(address, 'TOPIC', option);
  return topic;
}

async function loaded(address: BusAddress, option: string) {
  const load = async () => ({
    ...(await import('@parley/archive/kafka')),
    kafka: (await import('./kafka-scheme.ts')).kafkaClient(address, option),
  });
  return await whereInstalled(load, ['kafkajs'], option, 'kafka://');
}
