// Where this repository is, for those who get its packages: the sources do not say it, for they may be anywhere.
// @ts-check
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * The address of the repository, as a reader opens it: of the run that releases, else of the remote that was cloned; `undefined` for one that nobody
 * else can reach.
 * @param {Readonly<Record<string, string | undefined>>} environment
 * @returns {string | undefined}
 */
export function repositoryUrl(environment = process.env) {
  const { GITHUB_REPOSITORY: name, GITHUB_SERVER_URL: server = 'https://github.com' } = environment;
  if (name !== undefined && name !== '') return `${server}/${name}`;
  const { stdout } = spawnSync('git', ['remote', 'get-url', 'origin'], { cwd: ROOT, encoding: 'utf8' });
  return webAddress(String(stdout).trim());
}

/**
 * @param {string} remote as git has it: https://, ssh://, or git@host:owner/name.git
 * @returns {string | undefined}
 */
export function webAddress(remote) {
  const [, host, place] =
    /^(?:https:\/\/|ssh:\/\/)?(?:[^@/]+@)?([\w-]+(?:\.[\w-]+)+)(?::\d+)?[/:](.+?)(?:\.git)?\/?$/.exec(remote) ?? [];
  return host === undefined || place === undefined ? undefined : `https://${host}/${place}`;
}

/**
 * What the manifest of a package says of it.
 * @param {string} name of the package
 * @param {string | undefined} url
 */
export function repositoryMembers(name, url) {
  if (url === undefined) return {};
  const directory = `packages/${name.slice(name.indexOf('/') + 1)}`;
  return {
    homepage: `${url}#readme`,
    bugs: `${url}/issues`,
    repository: { type: 'git', url: `git+${url}.git`, directory },
  };
}
