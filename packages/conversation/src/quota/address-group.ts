const GROUPS = 8;
/** Of an IPv6 address: whoever has one has the 2^64 beside it. */
const NETWORK_GROUPS = 4;
/** What the transport gives is one, or none: no more than that is to be told apart. */
const IPV6 = /^(?=(?:.*:){2})[\da-f:]+(?:\d+(?:\.\d+){3})?$/i;
/** The first 96 bits of an IPv4 address that is written as one of IPv6, however. */
const MAPPED = '0:0:0:0:0:ffff';

/** Whom an address counts as: itself, an IPv6 address all of its network. Anything else is a name of the caller's making. */
export function addressGroup(address: string): string {
  const [plain = ''] = address.split('%');
  if (!IPV6.test(plain)) return address;
  const groups = groupsOf(plain.toLowerCase());
  if (groups.slice(0, GROUPS - 2).join(':') === MAPPED) return dotted(groups.slice(GROUPS - 2));
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}

/** All eight, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const left = groupsIn(head);
  const right = tail === undefined ? [] : groupsIn(tail);
  const missing = tail === undefined ? 0 : GROUPS - left.length - right.length;
  return [...left, ...Array<string>(Math.max(0, missing)).fill('0'), ...right];
}

/** One in dotted form is two. */
function groupsIn(text: string): string[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [group.replace(/^0+(?=.)/, '')];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(256 * a + b).toString(16), (256 * c + d).toString(16)];
  });
}

function dotted(groups: readonly string[]): string {
  return groups
    .map((group) => Number.parseInt(group, 16))
    .flatMap((number) => [number >> 8, number & 0xff])
    .join('.');
}
