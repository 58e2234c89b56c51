/**
 * Words of a line as a shell would read them: white space separates, both quotes group, a backslash takes the next
 * character literally (inside quotes only those of `escapable`, by default the quote itself). Undefined when the line
 * ends in a backslash. A quote that is never closed reaches to the end.
 */
export function splitWords(
  text: string,
  { escapable = '' }: { readonly escapable?: string } = {},
): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    const next = text[at + 1];
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && next !== undefined && (next === quote || escapable.includes(next)))
        word = (word ?? '') + (text[++at] ?? '');
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '\\') {
      if (next === undefined) return undefined;
      word = (word ?? '') + next;
      at += 1;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
