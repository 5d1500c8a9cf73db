/** What codes of the system mean, in words of who uses it. What connections fail with says it itself. */
const MEANINGS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'you may not',
  EPERM: 'you may not',
  EISDIR: 'it is a folder',
  ENOTDIR: 'on its path is a file where a folder should be',
  EEXIST: 'something of that name is there',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is full',
  EROFS: 'nothing can be written there',
  ELOOP: 'links lead in a circle',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many files are open',
  EADDRINUSE: 'another program listens there',
  EADDRNOTAVAIL: 'this machine has no such address',
  Z_BUF_ERROR: 'it ends in the middle',
  Z_DATA_ERROR: 'it is damaged',
};

/** A reason that ends with the code of the system has what it means behind it. */
export function systemReason(reason: string): string {
  const code = /(?:^|: )(\w+)$/.exec(reason)?.[1] ?? '';
  return Object.hasOwn(MEANINGS, code) ? `${reason}: ${MEANINGS[code]}` : reason;
}
