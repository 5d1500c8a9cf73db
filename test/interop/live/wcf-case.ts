/** What the words of WCF's cases mean that is to be known before a case runs. See wcf/src/Peer.cs. */
import type { SuiteName } from '@parley/core';

export function wordsOf(name: string): ReadonlySet<string> {
  return new Set(name.split(','));
}

/** Whether messages are under a context, and not each under a key of its own. */
export function hasContext(name: string): boolean {
  const words = wordsOf(name);
  return words.has('sc') || words.has('cookie');
}

/** Whether TLS protects all but the Timestamp (mixed mode). */
export function isMixed(name: string): boolean {
  const words = wordsOf(name);
  return ['tls', 'usertls', 'certtls'].some((word) => words.has(word));
}

/** Mixed mode may go without TLS, where WCF is told to take that for secure. */
export function isOverTls(name: string): boolean {
  return isMixed(name) && !wordsOf(name).has('insecure');
}

const FAMILIES = ['Basic128', 'Basic192', 'TripleDes'] as const;

export function suiteOf(name: string): SuiteName {
  const words = wordsOf(name);
  const family = FAMILIES.find((each) => words.has(each.toLowerCase())) ?? 'Basic256';
  return `${family}${words.has('sha256') ? 'Sha256' : ''}${words.has('rsa15') ? 'Rsa15' : ''}`;
}
