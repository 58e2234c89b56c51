/** What the C library says for an error code: log watchers look for these words. */
const TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EBUSY: 'Device or resource busy',
  EDQUOT: 'Disk quota exceeded',
  EEXIST: 'File exists',
  EFBIG: 'File too large',
  EINVAL: 'Invalid argument',
  EIO: 'Input/output error',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  EMFILE: 'Too many open files',
  EMLINK: 'Too many links',
  ENAMETOOLONG: 'File name too long',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  ENOTEMPTY: 'Directory not empty',
  EPERM: 'Operation not permitted',
  EROFS: 'Read-only file system',
  ETXTBSY: 'Text file busy',
  EXDEV: 'Invalid cross-device link',
};

/** The reason of a failed system call as one phrase, without the call and the path that Node puts around it. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code !== undefined && Object.hasOwn(TEXTS, code)) return TEXTS[code] ?? code;
  return (code === undefined ? undefined : messageOf(code)) ?? (error instanceof Error ? error.message : String(error));
}

/** Node's own words. The module is loaded for an error only: importing it costs every start several milliseconds. */
function messageOf(code: string): string | undefined {
  const { getSystemErrorMap } = process.getBuiltinModule('node:util');
  return [...getSystemErrorMap().values()].find(([name]) => name === code)?.[1];
}

/** `ENOENT` and the like, undefined when the error has no code. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
