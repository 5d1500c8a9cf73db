/** How C14N 1.1 puts xml:base values together (Canonical XML 1.1 §2.4, "join-URI-References"). Strings: this is rare. */

interface UriReference {
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly path: string;
  readonly query: string | undefined;
}

/**
 * `reference` as seen from where `base` was in force. Both may be relative, and then so is what comes out. The fragment
 * of the reference is dropped; nothing is escaped, unescaped or fetched.
 */
export function joinBase(base: string, reference: string): string {
  const inner = split(reference);
  if (inner.scheme !== undefined) return compose({ ...inner, path: removeDotSegments(inner.path) });
  const outer = split(base);
  const { scheme } = outer;
  if (inner.authority !== undefined) return compose({ ...inner, scheme, path: removeDotSegments(inner.path) });
  const { authority } = outer;
  // spec: a base that ends in `..` is a folder.
  const basePath = lastSegment(outer.path) === '..' ? `${outer.path}/` : outer.path;
  if (inner.path === '') {
    return compose({ scheme, authority, path: basePath, query: inner.query ?? outer.query });
  }
  const path = inner.path.startsWith('/') ? inner.path : merge(authority, basePath, inner.path);
  return compose({ scheme, authority, path: removeDotSegments(path), query: inner.query });
}

/**
 * RFC 3986 §5.2.4 as Canonical XML 1.1 changes it: leading `../` stay, `//` becomes `/`, a `..` at the end is a folder.
 */
export function removeDotSegments(path: string): string {
  const isAbsolute = path.startsWith('/');
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') kept.push(segment);
    else if (kept.length > 0 && kept[kept.length - 1] !== '..') kept.pop();
    else if (!isAbsolute) kept.push(segment);
  }
  const last = lastSegment(path);
  const isFolder = kept.length > 0 && (last === '' || last === '.' || last === '..');
  return `${isAbsolute ? '/' : ''}${kept.join('/')}${isFolder ? '/' : ''}`;
}

/** RFC 3986 §5.2.3. */
function merge(authority: string | undefined, basePath: string, path: string): string {
  if (authority !== undefined && basePath === '') return `/${path}`;
  return basePath.slice(0, basePath.lastIndexOf('/') + 1) + path;
}

/** RFC 3986, appendix B, by hand: values come from messages, so no regular expressions. */
function split(text: string): UriReference {
  const withoutFragment = before(text, '#');
  const hierarchical = before(withoutFragment, '?');
  const query =
    hierarchical.length === withoutFragment.length ? undefined : withoutFragment.slice(hierarchical.length + 1);
  const colon = before(hierarchical, '/').indexOf(':');
  const scheme = colon > 0 ? hierarchical.slice(0, colon) : undefined;
  const rest = hierarchical.slice(colon > 0 ? colon + 1 : 0);
  if (!rest.startsWith('//')) return { scheme, authority: undefined, path: rest, query };
  const authority = before(rest.slice(2), '/');
  return { scheme, authority, path: rest.slice(2 + authority.length), query };
}

function compose({ scheme, authority, path, query }: UriReference): string {
  const start = scheme === undefined ? '' : `${scheme}:`;
  const host = authority === undefined ? '' : `//${authority}`;
  return `${start}${host}${path}${query === undefined ? '' : `?${query}`}`;
}

function before(text: string, stop: string): string {
  const at = text.indexOf(stop);
  return at < 0 ? text : text.slice(0, at);
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
