import type { ConfigIssue } from '@tappet/core';
import { type ControlFiles, localFiles } from '../language/control-files.ts';
import { IssueList, type LanguageMode } from '../language/issue-list.ts';
import { judgeControlFile } from '../language/load.ts';
import type { HostFacts } from '../language/host-facts.ts';
import { type LoadedMonit, loadMonitText } from '../model/load-monit.ts';

export interface IncludeListOptions {
  readonly include: readonly string[];
  /** A control file as text, read after the files. */
  readonly text?: string | undefined;
  /** Default `lenient`. */
  readonly mode?: LanguageMode;
  readonly files?: ControlFiles;
  readonly host?: HostFacts;
}

/**
 * Reads the files of `include` as one control file. A path without wildcards is a main control file: it must exist and be
 * private. What a pattern matches is read like an included file, in reverse order of names; a file that an earlier entry
 * has included already is left out, so that `["/etc/monit/monitrc", "/etc/monit/conf.d/*"]` reads nothing twice.
 */
export function loadIncludeList(options: IncludeListOptions): LoadedMonit {
  const { include, text = '', mode = 'lenient', host } = options;
  const files = options.files ?? localFiles();
  const own = new IssueList(mode);
  const entries = include.flatMap((entry) => expand(entry, files, own));
  const seen = new Set<string>();
  const exact = new Set<string>();
  const source: ControlFiles = {
    read: (path) => {
      seen.add(path);
      return files.read(path);
    },
    stat: (path) => files.stat(path),
    // Entries are paths already: a bracket in a name is no pattern any more.
    glob: (pattern) => (exact.has(pattern) ? [pattern] : files.glob(pattern)),
  };
  const hostOption = host === undefined ? {} : { host };
  const lines: string[] = [];
  for (const [index, entry] of entries.entries()) {
    if (seen.has(entry)) continue;
    exact.add(entry);
    const line = `include "${entry}"`;
    lines.push(line);
    // Reading it now tells which of the later entries it includes by itself.
    if (index < entries.length - 1) loadMonitText(line, { mode, files: source, ...hostOption });
  }
  const loaded = loadMonitText([...lines, text].join('\n'), {
    mode,
    files: source,
    name: SECTION,
    ...hostOption,
  });
  return {
    configuration: loaded.configuration,
    issues: [...own.all, ...loaded.issues.map((issue) => inText(issue, lines.length))],
    accepted: !own.hasErrors && loaded.accepted,
  };
}

const SECTION = '[plugins.monit-compat]';

/** The text stands behind the lines that include the files. */
function inText(issue: ConfigIssue, linesBefore: number): ConfigIssue {
  const { file, line } = issue;
  return file !== SECTION || line === undefined ? issue : { ...issue, line: Math.max(1, line - linesBefore) };
}

function expand(entry: string, files: ControlFiles, issues: IssueList): readonly string[] {
  if (!/[*?[]/.test(entry)) return judgeControlFile(entry, files, issues) ? [entry] : [];
  const matches = files.glob(entry);
  if (matches.length === 0) {
    issues.warn({
      at: { file: entry, line: 1, column: 1 },
      code: 'ERR_CONFIG_NOT_FOUND',
      message: `cannot include "${entry}": no file matches`,
    });
  }
  return matches.toReversed();
}

/** One line for people: place, message and hint. */
export function issueLine({ file, line, column, message, hint }: ConfigIssue): string {
  const place = file === undefined ? '' : `${file}:${line ?? 1}:${column ?? 1}: `;
  return `${place}${message}${hint === undefined ? '' : ` (${hint})`}`;
}
