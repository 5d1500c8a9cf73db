// @ts-check

/** @typedef {typeof import('../docs/scaling.json')} Scaling */

const BILLION = 1e9;
const SECONDS_PER_HOUR = 3600;
const ARCHIVES = /** @type {const} */ ([
  ['10 TB', 1e13],
  ['100 TB', 1e14],
  ['1 PB', 1e15],
]);
const WORKERS = 1000;
/** Octets of a segment (no more than one run), of a shard by default, and how many of these at most: as `packages/archive` has them. */
const RUN_BYTES = 256 * 2 ** 20;
const SHARD_BYTES = 256 * 2 ** 20;
const SHARDS_MOST = 512;
/** Where a slice is, its rows. */
const READS_OF_A_SLICE = 2;

/**
 * The computed part of docs/scaling.md.
 * @param {Scaling} scaling
 * @returns {string}
 */
export function scalingTables({ measured, prices }) {
  const [first] = prices.machines;
  if (first === undefined) throw new Error('docs/scaling.json names no machine');
  const coreHours = (BILLION * measured.cpuUsPerMessage) / 1e6 / SECONDS_PER_HOUR;
  const moved = Object.entries(measured.octetsPerMessage).map(
    ([what, octets]) => `| ${what} | ${count(octets)} | ${count((octets * BILLION) / 1e12, 2)} TB |`,
  );
  const octets = measured.octetsPerMessage.segments * BILLION;
  const shards = Math.min(SHARDS_MOST, Math.ceil(octets / SHARD_BYTES));
  const reads = READS_OF_A_SLICE * Math.ceil(octets / RUN_BYTES) * shards;
  const readsUsd = (reads / 1000) * prices.storage.usdPerThousandReads;
  const machines = prices.machines.map(({ name, cores, usdPerHour, source }) => {
    const hours = coreHours / cores;
    return `| ${name} | ${cores} | ${usdPerHour} | ${count(hours)} | ${count(hours * usdPerHour, 2)} | ${source} |`;
  });
  const archives = ARCHIVES.map(([name, octets]) => {
    const messages = octets / measured.octetsPerMessage.segments;
    const hours = (messages * measured.cpuUsPerMessage) / 1e6 / SECONDS_PER_HOUR;
    return `| ${name} | ${count(messages / BILLION, 2)} | ${count(hours)} | ${count(hours / WORKERS, 1)} | ${count((hours * first.usdPerHour) / first.cores)} |`;
  });
  return [
    `Measured on ${measured.date} on ${measured.machine}, by \`${measured.command}\`: ${count(measured.messages)} messages of ${count(measured.octetsPerMessage.segments)} octets as lines. ${measured.remark}`,
    '',
    `One core verifies **${count(1e6 / measured.cpuUsPerMessage)} messages a second** (${count(measured.cpuUsPerMessage)} µs of CPU a message, both passes, Parquet among it): a billion is ${count(coreHours)} core-hours.`,
    '',
    '| octets a message | | of a billion |',
    '| --- | --- | --- |',
    ...moved,
    '',
    `A process took ${measured.maxRssMiB} MiB at most.`,
    '',
    '| machine | cores | USD an hour | hours for a billion | USD for a billion | price |',
    '| --- | --- | --- | --- | --- | --- |',
    ...machines,
    '',
    `The bucket is asked ${count(reads / 1e6)} million times with ${shards} shards, which is ${count(readsUsd, 2)} USD (${prices.storage.usdPerThousandReads} USD a thousand; ${prices.storage.source}). Reads are as many as shards: 64 of them, which need 64 machines at most and 500 MiB for what was seen of each, cost ${count((readsUsd * 64) / shards, 2)} USD.`,
    '',
    `| archive | billions of messages | core-hours | hours on ${WORKERS} cores | USD on ${first.name} |`,
    '| --- | --- | --- | --- | --- |',
    ...archives,
  ].join('\n');
}

/**
 * @param {number} value
 * @param {number} [digits] behind the point
 */
function count(value, digits = 0) {
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
