/**
 * Why a text cannot name a user or group, or undefined when it can. A name that begins with a digit is refused: tools disagree whether it
 * is a number, and one that read `0day` as 0 ran services as root (CVE-2017-1000082).
 */
export function malformedAccount(name: string): string | undefined {
  if (/^\d/.test(name)) return 'it begins with a digit, so that it could be taken for a number';
  if (!/^[A-Za-z_]/.test(name)) return 'it does not begin with a letter or "_"';
  return /[\s:,/\0]/.test(name) ? 'it contains a blank, colon, comma or slash' : undefined;
}
