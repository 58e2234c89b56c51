import type { SecureVersion } from 'node:tls';

export interface VersionRange {
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
}

const KNOWN: Readonly<Record<string, SecureVersion>> = {
  tlsv1: 'TLSv1',
  tlsv11: 'TLSv1.1',
  tlsv12: 'TLSv1.2',
  tlsv13: 'TLSv1.3',
};

const ORDER: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];

/**
 * The range that `version: …` means: the named ones, or 1.2 and 1.3, less those with a minus. Empty where nothing is left, as for SSLv3,
 * which no current library speaks: then the library's own range applies.
 */
export function tlsVersions(text: string | undefined): VersionRange {
  const words = (text ?? '').split(' ').filter((word) => word !== '');
  const named = words.flatMap((word) => KNOWN[word] ?? []);
  const without = new Set(words.flatMap((word) => (word.startsWith('-') ? (KNOWN[word.slice(1)] ?? []) : [])));
  const wanted = new Set<SecureVersion>(named.length > 0 ? named : ['TLSv1.2', 'TLSv1.3']);
  const left = ORDER.filter((version) => wanted.has(version) && !without.has(version));
  const [minVersion, maxVersion] = [left[0], left.at(-1)];
  return minVersion === undefined || maxVersion === undefined ? {} : { minVersion, maxVersion };
}
