/**
 * Splits a command line into words as a POSIX shell does, without running one: quotes and backslashes only, no
 * variables, globs or operators. Throws when a quote is not closed.
 */
export function splitCommand(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    const next = line.charAt(at + 1);
    if (quote === "'" && char !== "'") word += char;
    else if (quote === '"' && char === '\\' && next !== '' && '"\\$`\n'.includes(next)) {
      word += next === '\n' ? '' : next;
      at++;
    } else if (quote !== '' && char === quote) quote = '';
    else if (quote !== '') word += char;
    else if (char === '"' || char === "'") [quote, word] = [char, word ?? ''];
    else if (char === '\\' && next !== '') {
      if (next !== '\n') word = (word ?? '') + next;
      at++;
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote !== '') throw new SyntaxError(`a ${quote} is never closed`);
  if (word !== undefined) words.push(word);
  return words;
}
