import type { ConnectionTest } from '../ast.ts';
import type { ReadContext } from '../context.ts';
import { algorithmOf, cleanHash } from './file.ts';
import { readHashString } from './protocol.ts';

/** `certificate valid [>] N days` or `certificate checksum [md5|sha1] [=] HASH`. */
export function readCertificate(context: ReadContext): ConnectionTest['certificate'] {
  const { cursor, issues } = context;
  cursor.next();
  if (cursor.take('valid')) {
    cursor.take('>');
    const validDays = cursor.number('a number of days');
    cursor.expect('day', '"days"');
    return { validDays };
  }
  cursor.expect('checksum', '"valid" or "checksum"');
  const algorithm = cursor.take('md5', 'sha1')?.key;
  cursor.take('=');
  const token = readHashString(cursor);
  const found = algorithmOf(cleanHash(token.value), issues.mode === 'lenient');
  if (found === undefined || (algorithm !== undefined && algorithm !== found)) {
    issues.error({
      at: token,
      code: 'ERR_CONFIG_TYPE',
      message: `cannot use the checksum "${token.value}": it is not ${algorithm === undefined ? 'an MD5 or SHA1' : `a ${algorithm.toUpperCase()}`} sum`,
    });
  }
  return { checksum: cleanHash(token.value) };
}
