import { isAscii, isUtf8 } from 'node:buffer';
import { eachLine } from './each-line.ts';

const NEWLINE = 10;
/** A pattern of these characters means itself. */
const LITERAL = /^[\w\s"',:;<>=!@#%&~`/-]+$/;
/** What a line before or after it says can keep such a pattern from matching. */
const LOOKS_AROUND = /\(\?<?[=!]/;

/** Finds, in blocks of whole lines, those that a pattern matches. */
export function lineFinder(pattern: RegExp): (block: Buffer) => readonly Buffer[] {
  const { source, flags } = pattern;
  if (flags === '' && LITERAL.test(source)) {
    const text = Buffer.from(source);
    return (block) => containing(block, text);
  }
  if (LOOKS_AROUND.test(source)) return (block) => matchingOneByOne(block, pattern);
  const across = new RegExp(source, pattern.ignoreCase ? 'gim' : 'gm');
  return (block) => (isUtf8(block) ? matching(block, { pattern, across }) : matchingOneByOne(block, pattern));
}

function containing(block: Buffer, text: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = block.indexOf(text); at !== -1;) {
    const start = at === 0 ? 0 : block.lastIndexOf(NEWLINE, at - 1) + 1;
    const end = block.indexOf(NEWLINE, at) + 1;
    found.push(block.subarray(start, end === 0 ? block.length : end));
    if (end === 0) break;
    at = block.indexOf(text, end);
  }
  return found;
}

/**
 * Searches the block as a whole, as a call for each line takes longer than the search itself. A match may reach over the end of its
 * line, so the line it begins in has to match on its own; a line that does is never passed over, for no match begins before it.
 */
function matching(block: Buffer, { pattern, across }: { pattern: RegExp; across: RegExp }): Buffer[] {
  const found: Buffer[] = [];
  const isPlain = isAscii(block);
  const text = block.toString(isPlain ? 'latin1' : 'utf8');
  // Where `at` is in bytes.
  let byte = 0;
  for (let at = 0; at < text.length;) {
    across.lastIndex = at;
    const match = across.exec(text);
    if (match === null) break;
    const start = match.index === 0 ? 0 : text.lastIndexOf('\n', match.index - 1) + 1;
    // Behind the last newline is no line.
    if (start === text.length) break;
    const newline = text.indexOf('\n', match.index);
    const end = newline === -1 ? text.length : newline;
    const next = Math.min(end + 1, text.length);
    const from = isPlain ? start : byte + Buffer.byteLength(text.slice(at, start));
    byte = isPlain ? next : from + Buffer.byteLength(text.slice(start, next));
    at = next;
    if (pattern.test(text.slice(start, end))) found.push(block.subarray(from, byte));
  }
  return found;
}

function matchingOneByOne(block: Buffer, pattern: RegExp): Buffer[] {
  const found: Buffer[] = [];
  const isPlain = isAscii(block);
  eachLine(block, ({ start, end }) => {
    const text = isPlain ? block.toString('latin1', start, end) : block.toString('utf8', start, end);
    if (pattern.test(text)) found.push(block.subarray(start, end + 1));
  });
  return found;
}
