import type { ConfigIssue } from '@tappet/core';
import { lineAt, type Position, positionAt } from './position.ts';
import { UnsafeFile } from './loaders.ts';

/** What went wrong while a file was read, as an issue: no trust, a syntax error with its place, a program that failed. */
export function readingIssue(
  error: unknown,
  { file, texts }: { readonly file: string; readonly texts: ReadonlyMap<string, string> },
): ConfigIssue {
  if (error instanceof UnsafeFile) {
    const { reason, hint } = error.unsafe;
    return {
      code: 'ERR_CONFIG_UNSAFE',
      message: `cannot use ${error.file}: ${reason}`,
      path: [],
      hint,
      file: error.file,
    };
  }
  const culprit = fileOf(error) ?? file;
  const text = texts.get(culprit);
  const message = messageOf(error);
  if (text === undefined) {
    return { code: 'ERR_CONFIG_UNREADABLE', message: `cannot read ${culprit}: ${message}`, path: [], file: culprit };
  }
  const syntax = SYNTAX_READERS.map((read) => read(error, text)).find((found) => found !== undefined);
  if (syntax === undefined) {
    return { code: 'ERR_CONFIG_UNREADABLE', message: `cannot read ${culprit}: ${message}`, path: [], file: culprit };
  }
  const { reason, position, hint } = syntax;
  const place = position === undefined ? {} : { ...position, excerpt: lineAt(text, position.line) };
  return {
    code: 'ERR_CONFIG_SYNTAX',
    message: `cannot read ${culprit}: ${reason}`,
    path: [],
    file: culprit,
    hint,
    ...place,
  };
}

interface SyntaxFault {
  readonly reason: string;
  readonly position: Position | undefined;
  readonly hint: string | undefined;
}

const SYNTAX_READERS: readonly ((error: unknown, text: string) => SyntaxFault | undefined)[] = [toml, yaml, json];

/** smol-toml's errors carry line and column, and a code frame after the first line of their message. */
function toml(error: unknown, text: string): SyntaxFault | undefined {
  if (!(error instanceof Error) || !('line' in error) || !('column' in error) || !('codeblock' in error))
    return undefined;
  const position = { line: Number(error.line), column: Number(error.column) };
  const reason = (error.message.split('\n')[0] ?? '').replace(/^Invalid TOML document: /, '');
  return {
    reason: `not valid TOML: ${reason}`,
    position,
    hint: tomlHint(reason, { text, line: lineAt(text, position.line) }),
  };
}

function tomlHint(
  reason: string,
  { text, line }: { readonly text: string; readonly line: string },
): string | undefined {
  if (/redefine/.test(reason)) {
    if (/^\s*\[plugins\./.test(line) && /^\s*plugins\s*=/m.test(text)) {
      return 'use one of the two forms: plugins = ["a", "b"], or [plugins.a] and [plugins.b] with options (both may be empty)';
    }
    return /^\s*\[services?\]/.test(line) ? 'every service begins with [[services]]' : 'remove one of the two';
  }
  if (/leading zero/.test(reason)) return 'quote it to have it as text: "022"';
  if (/invalid value/.test(reason)) return 'quote text: name = "web"';
  if (/control characters/.test(reason)) return 'text of several lines stands between three quotes: """…"""';
  return undefined;
}

/** js-yaml's errors carry a mark with line and column from 0. */
function yaml(error: unknown): SyntaxFault | undefined {
  if (!(error instanceof Error) || error.name !== 'YAMLException') return undefined;
  const { mark, reason } = error as Error & { mark?: { line?: unknown; column?: unknown }; reason?: unknown };
  const position =
    typeof mark?.line === 'number' && typeof mark.column === 'number'
      ? { line: mark.line + 1, column: mark.column + 1 }
      : undefined;
  return {
    reason: `not valid YAML: ${typeof reason === 'string' ? reason : firstLine(error)}`,
    position,
    hint: undefined,
  };
}

/** V8 names the offset or nothing: "… in JSON at position 12 (line 2 column 3)", "Unexpected end of JSON input". */
function json(error: unknown, text: string): SyntaxFault | undefined {
  if (!(error instanceof SyntaxError)) return undefined;
  const reason = firstLine(error);
  if (!/ JSON( |$)/.test(reason)) return { reason, position: undefined, hint: undefined };
  const offset = /at position (\d+)/.exec(reason)?.[1] ?? (/end of JSON input/.test(reason) ? text.length : undefined);
  return {
    reason: `not valid JSON: ${reason.replace(/ \(line \d+ column \d+\)/, '').replace(/ in JSON at position \d+/, '')}`,
    position: offset === undefined ? undefined : positionAt(text, Number(offset)),
    hint: undefined,
  };
}

function fileOf(error: unknown): string | undefined {
  return error instanceof Error && 'filepath' in error && typeof error.filepath === 'string'
    ? error.filepath
    : undefined;
}

function messageOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'it is a folder';
  return error instanceof Error ? firstLine(error) : String(error);
}

function firstLine(error: Error): string {
  return error.message.split('\n')[0] ?? error.message;
}
