/** Whose request it is, where proxies stand before us that say so. */
import type { IncomingMessage } from 'node:http';
import type { Http2ServerRequest } from 'node:http2';
import { BlockList, isIP } from 'node:net';
import { Fault } from '@parley/core';
import { isNetwork } from '../configuration/network.ts';

type Request = IncomingMessage | Http2ServerRequest;

/**
 * The address that a request came from: the last one in `X-Forwarded-For` that is none of `proxies` (addresses, or networks as `10.0.0.0/8`). What stands before
 * it anybody may have written; and who is no proxy of ours is believed nothing.
 * @throws Fault `caller.option-invalid`
 */
export function addressBehind(proxies: readonly string[]): (request: Request) => string | undefined {
  const trusted = listOf(proxies);
  return ({ socket, headers }) => {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return undefined;
    const header = headers['x-forwarded-for'];
    const said = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').map(plainAddress);
    let address = remoteAddress;
    while (isIn(trusted, address)) {
      const before = said.pop();
      if (before === undefined || isIP(before) === 0) break;
      address = before;
    }
    return address;
  };
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    if (!isNetwork(network))
      throw new Fault('caller.option-invalid', {
        option: 'proxies',
        reason: `${network} is no address and no network`,
      });
    const [address = '', bits] = network.split('/');
    const kind = kindOf(address);
    if (bits === undefined) list.addAddress(address, kind);
    else list.addSubnet(address, Number(bits), kind);
  }
  return list;
}

function isIn(list: BlockList, address: string): boolean {
  const [plain = ''] = address.split('%');
  return list.check(plain, kindOf(plain));
}

function kindOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Without the port that some proxies write behind it. */
function plainAddress(text: string): string {
  const word = text.trim();
  return /^\[([^\]]*)\](?::\d+)?$/.exec(word)?.[1] ?? /^([\d.]+):\d+$/.exec(word)?.[1] ?? word;
}
