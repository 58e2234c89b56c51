import type { ServiceNode } from './ast.ts';
import { type ControlFiles, localFiles } from './control-files.ts';
import { type HostFacts, localHost } from './host-facts.ts';
import { includeReader } from './include.ts';
import { IssueList, type LanguageMode } from './issue-list.ts';
import { type ControlTree, parse, parseBody } from './parser.ts';
import { SourceText } from './place.ts';
import { scan } from './scanner.ts';

export interface ReadOptions {
  /** Default `lenient`. */
  readonly mode?: LanguageMode;
  readonly files?: ControlFiles;
  readonly host?: HostFacts;
}

export interface ReadResult {
  readonly tree: ControlTree;
  readonly issues: IssueList;
}

/**
 * Reads a control file with everything it includes. The file itself must not be accessible for group or others, as
 * the reference program demands; included files are not asked.
 */
export function readControlFile(path: string, options: ReadOptions = {}): ReadResult {
  const files = options.files ?? localFiles();
  const issues = new IssueList(options.mode ?? 'lenient');
  if (!judgeControlFile(path, files, issues)) return { tree: NOTHING, issues };
  let text: string;
  try {
    text = files.read(path);
  } catch (error) {
    issues.error({
      at: { file: path, line: 1, column: 1 },
      code: 'ERR_CONFIG_UNREADABLE',
      message: `cannot read the control file "${path}": ${error instanceof Error ? error.message : String(error)}`,
    });
    return { tree: NOTHING, issues };
  }
  return readText(new SourceText(path, text), issues, { files, host: options.host ?? localHost() });
}

/**
 * Asks what the reference program asks of a main control file: it belongs to us, and group and others have no permission.
 * False when there is nothing to read.
 */
export function judgeControlFile(path: string, files: ControlFiles, issues: IssueList): boolean {
  const at = { file: path, line: 1, column: 1 };
  const stat = files.stat(path);
  if (stat === undefined || !stat.isFile) {
    issues.error({
      at,
      code: 'ERR_CONFIG_NOT_FOUND',
      message: `cannot read the control file "${path}": ${stat === undefined ? 'there is no such file' : 'it is not a file'}`,
    });
    return false;
  }
  if (!stat.isOwn) {
    issues.error({
      at,
      code: 'ERR_CONFIG_UNSAFE',
      message: `cannot use the control file "${path}": it belongs to another user`,
    });
  }
  if ((stat.mode & 0o077) !== 0) {
    issues.error({
      at,
      code: 'ERR_CONFIG_UNSAFE',
      message: `cannot use the control file "${path}": its permissions are ${stat.mode.toString(8).padStart(4, '0')}, group and others must have none`,
      hint: `chmod 600 ${path}`,
    });
  }
  return true;
}

/** Reads a control file that is at hand as text. `name` stands in the issues. */
export function readControlText(
  text: string,
  { name = 'monitrc', ...options }: ReadOptions & { readonly name?: string } = {},
): ReadResult {
  const issues = new IssueList(options.mode ?? 'lenient');
  return readText(new SourceText(name, text), issues, {
    files: options.files ?? localFiles(),
    host: options.host ?? localHost(),
  });
}

/** Reads rules without a `check` header for the process service `service`. */
export function readRuleText(
  text: string,
  { service, name = 'monit', ...options }: ReadOptions & { readonly service: string; readonly name?: string },
): { readonly node: ServiceNode; readonly issues: IssueList } {
  const issues = new IssueList(options.mode ?? 'lenient');
  const tokens = scan({
    source: new SourceText(name, text),
    include: includeReader(options.files ?? localFiles(), issues),
  });
  return { node: parseBody({ tokens, issues, host: options.host ?? localHost(), name: service }), issues };
}

const NOTHING: ControlTree = parse({
  tokens: scan({ source: new SourceText('', ''), include: () => [] }),
  issues: new IssueList('lenient'),
  host: localHost(),
});

function readText(
  source: SourceText,
  issues: IssueList,
  { files, host }: { files: ControlFiles; host: HostFacts },
): ReadResult {
  const tokens = scan({ source, include: includeReader(files, issues) });
  return { tree: parse({ tokens, issues, host }), issues };
}
