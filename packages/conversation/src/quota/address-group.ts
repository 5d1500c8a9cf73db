const GROUPS = 8;
/** Of an IPv6 address: whoever has one has the 2^64 beside it. */
const NETWORK_GROUPS = 4;
/** What the transport gives is one, or none: no more than that is to be told apart. */
const IPV6 = /^(?=(?:.*:){2})[\da-f:]+(?:\d+(?:\.\d+){3})?$/i;
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Whom an address counts as: itself, an IPv6 address all of its network. Anything else is a name of the caller's making. */
export function addressGroup(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const [plain = ''] = address.split('%');
  if (!IPV6.test(plain)) return address;
  const [head = '', tail] = plain.toLowerCase().split('::');
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const missing = tail === undefined ? 0 : GROUPS - left.length - right.length;
  const all = [...left, ...Array<string>(Math.max(0, missing)).fill('0'), ...right];
  return `${all.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}

/** Without leading zeros; one in dotted form is two. */
function groupsOf(text: string): string[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group.replace(/^0+(?=.)/, '')]));
}
