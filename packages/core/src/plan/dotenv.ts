/** A variable file as read: the variables, and what is wrong with which line (from 1). */
export interface VariableFile {
  readonly variables: Readonly<Record<string, string>>;
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}

/** Name of an environment variable. */
export const VARIABLE_NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads `KEY=VALUE` lines: blank lines and `#` comments are skipped, `export ` before a key is allowed, a `#` after a blank ends
 * an unquoted value. Single quotes keep everything, double quotes know `\n`, `\r`, `\t`, `\"`, `\\` and `\$`; both may span lines. Nothing
 * is expanded. A later key wins.
 */
export function parseVariableFile(text: string): VariableFile {
  const variables = new Map<string, string>();
  const errors: { line: number; message: string }[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    if (/^\s*(#|$)/.test(line)) continue;
    const parts = /^\s*(?:export\s+)?([^=\s]+)\s*=\s*([^]*)$/.exec(line);
    if (parts === null) {
      errors.push({ line: index + 1, message: `expected KEY=VALUE, received "${line.trim()}"` });
      continue;
    }
    const [, name = '', start = ''] = parts;
    if (!VARIABLE_NAME.test(name)) {
      errors.push({ line: index + 1, message: `"${name}" is no name of a variable` });
      continue;
    }
    const value = readValue(start, lines, index);
    if (value.error !== undefined) errors.push({ line: index + 1, message: value.error });
    else variables.set(name, value.text);
    index = value.lastLine;
  }
  return { variables: Object.fromEntries(variables), errors };
}

type Value =
  | { readonly text: string; readonly lastLine: number; readonly error?: undefined }
  | { readonly error: string; readonly lastLine: number };

function readValue(start: string, lines: readonly string[], index: number): Value {
  const quote = start.charAt(0);
  if (quote !== '"' && quote !== "'") {
    return { text: start.replace(/(^|\s)#.*$/, '').trimEnd(), lastLine: index };
  }
  const closed = quote === '"' ? /^"((?:[^"\\]|\\[^])*)"([^]*)$/ : /^'([^']*)'([^]*)$/;
  let text = start;
  for (let last = index; last < lines.length; last++) {
    if (last > index) text += `\n${lines[last] ?? ''}`;
    const parts = closed.exec(text);
    if (parts === null) continue;
    const [, inside = '', rest = ''] = parts;
    if (!/^\s*(#.*)?$/.test(rest))
      return { error: `unexpected "${rest.trim()}" after the closing quote`, lastLine: last };
    return { text: quote === '"' ? unescape(inside) : inside, lastLine: last };
  }
  return { error: `the quote ${quote} is never closed`, lastLine: index };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unescape(text: string): string {
  return text.replace(/\\([^])/g, (whole, char: string) => ESCAPES[char] ?? ('"\\$`'.includes(char) ? char : whole));
}
