import { Fault } from '@parley/core';

/** `scheme://user:password@host:port,host:port/path/path?name=value`, percent-encoded as URLs are. */
export interface BusAddress {
  readonly scheme: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly hosts: readonly string[];
  readonly path: readonly string[];
  readonly settings: Readonly<Record<string, string>>;
}

/** Of a host of an {@link BusAddress}: IPv6 in brackets. */
const HOST = /^(?:\[([0-9a-f:.]+)\]|([^\s:@[\]]+))(?::(\d{1,5}))?$/i;
const PORT_MAX = 65_535;
const FORM = /^([a-z][a-z0-9+.-]*):\/\/(?:([^@/?]*)@)?([^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/;

/** safety: what is wrong of it is said without what is in it, where a password may be. @throws Fault `caller.option-invalid` */
export function busAddress(text: string, option: string): BusAddress {
  const [, scheme = '', user, hosts = '', path = '', settings = ''] = FORM.exec(text) ?? [];
  if (scheme === '' || hosts.split(',').some((each) => hostOf(each) === undefined))
    throw new Fault('caller.option-invalid', { option, wanted: 'scheme://host:port/name' });
  try {
    // All behind the first colon is the password.
    const [, name, password] = /^([^:]*)(?::(.*))?$/.exec(user ?? '')?.map(decoded) ?? [];
    return {
      scheme,
      user: user === undefined ? undefined : name,
      password,
      hosts: hosts.split(','),
      path: path.split('/').map(decodeURIComponent),
      settings: Object.fromEntries(new URLSearchParams(settings)),
    };
  } catch {
    throw new Fault('caller.option-invalid', { option, wanted: 'percent-encoded' });
  }
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined ? undefined : decodeURIComponent(text);
}

interface BusHost {
  readonly host: string;
  readonly port: number | undefined;
}

function hostOf(text: string): BusHost | undefined {
  const [, six, host = six, digits] = HOST.exec(text) ?? [];
  const port = digits === undefined ? undefined : Number(digits);
  return host === undefined || port === 0 || (port ?? 1) > PORT_MAX ? undefined : { host, port };
}

/** The host of an address whose client knows one. @throws Fault `caller.option-invalid` there are several */
export function onlyHostOf({ hosts }: BusAddress, option: string): BusHost {
  const host = hosts.length === 1 ? hostOf(hosts.join()) : undefined;
  if (host === undefined) throw new Fault('caller.option-invalid', { option, reason: 'has several hosts' });
  return host;
}

/** safety: a value that is neither is refused, lest a password go in clear for a word. @throws Fault `caller.option-invalid` */
export function isSecure({ settings }: BusAddress, option: string): boolean {
  const { tls = 'false' } = settings;
  if (tls !== 'true' && tls !== 'false')
    throw new Fault('caller.option-invalid', { option, reason: 'tls', wanted: 'true, false' });
  return tls === 'true';
}

/** What stands under a name, of those that there are. @throws Fault `caller.option-invalid` a name that there is not */
export function settingsOf<Name extends string>(
  { settings }: BusAddress,
  names: readonly Name[],
  option: string,
): Partial<Record<Name, string>> {
  const unknown = Object.keys(settings).find((name) => !names.some((each) => each === name));
  if (unknown !== undefined)
    throw new Fault('caller.option-invalid', { option, reason: `no setting ${unknown}`, wanted: names.join(', ') });
  return settings as Partial<Record<Name, string>>;
}

/** The parts of a path that has exactly so many. @throws Fault `caller.option-invalid` */
export function pathOf({ path }: BusAddress, form: string, option: string): readonly string[] {
  if (path.length === form.split('/').length && path.every((part) => part !== '')) return path;
  throw new Fault('caller.option-invalid', { option, wanted: form });
}
