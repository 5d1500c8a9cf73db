// Kafka for the conformance kit, whose relays go by @platformatic/kafka.
// @ts-check
import { platformaticKafka } from '@parley/bus-kafka';
import { openBus as openKafka } from './kafka-bus.mjs';
import { LIBRARY } from './platformatic-library.mjs';

/** @param {{ port: number }} configuration */
export async function openBus({ port }) {
  /** @type {import('@parley/bus-kafka').PlatformaticLibrary} */
  const library = await import(LIBRARY);
  const client = { clientId: 'parley', bootstrapBrokers: [`127.0.0.1:${port}`], retries: 8, retryDelay: 250 };
  return await openKafka({ port }, { name: 'platformatic-', kafka: platformaticKafka({ library, client }) });
}
