import { stripVTControlCharacters } from 'node:util';

// oxlint-disable-next-line no-control-regex -- that is what it is for
const CONTROL = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g;

/** Text of a server or a program as it may be shown in a terminal: without control characters but line ends and tabs. */
export function printable(text: string): string {
  return text.search(CONTROL) !== -1 ? stripVTControlCharacters(text).replaceAll(CONTROL, '') : text;
}
