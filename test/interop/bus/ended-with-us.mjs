// Servers that outlive nobody who started them, not even one that was killed.
// @ts-check
import { spawn } from 'node:child_process';
import process from 'node:process';

/** Its input ends with us. */
const SCRIPT = 'read _; kill -9 "-$0"; rm -rf -- "$1"; shift; "$@"';

/**
 * Kills a group of processes, deletes a folder and runs a command, should this process end before it was called off.
 * @param {number} group
 * @param {string} folder
 * @param {readonly string[]} command
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {() => void} calls it off
 */
export function endedWithUs(group, folder, command, env) {
  const words = command.length === 0 ? ['true'] : command;
  const watch = spawn('/bin/sh', ['-c', SCRIPT, String(group), folder, ...words], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, ...env },
    detached: true,
  });
  watch.unref();
  // A pipe holds nobody up, either.
  if ('unref' in watch.stdin && typeof watch.stdin.unref === 'function') watch.stdin.unref();
  return () => void watch.kill('SIGKILL');
}
