import type { ControlFiles } from './control-files.ts';
import type { IssueList } from './issue-list.ts';
import { SourceText } from './place.ts';
import type { IncludeReader } from './scanner.ts';
import type { Token } from './token.ts';

const MOST_FILES = 1024;

/**
 * Answers the texts behind an `include`. Several matches are read in reverse order of their names, as the reference
 * program does. A file that includes itself, directly or through others, is an error; a pattern without a match a warning.
 */
export function includeReader(files: ControlFiles, issues: IssueList): IncludeReader {
  const parents = new Map<SourceText, SourceText>();
  let count = 0;
  return (pattern, token) => {
    const paths = files.glob(pattern);
    if (paths.length === 0) {
      issues.warn({ at: token, code: 'ERR_CONFIG_NOT_FOUND', message: `cannot include "${pattern}": no file matches` });
      return [];
    }
    return [...paths].toReversed().flatMap((path) => {
      if (isOpen(path, token, parents)) {
        issues.error({
          at: token,
          code: 'ERR_CONFIG_CYCLE',
          message: `cannot include "${path}": the file includes itself`,
        });
        return [];
      }
      count += 1;
      if (count > MOST_FILES) {
        if (count === MOST_FILES + 1)
          issues.error({
            at: token,
            code: 'ERR_CONFIG_TYPE',
            message: `cannot include "${path}": more than ${MOST_FILES} files are included`,
          });
        return [];
      }
      return readPiece(path, token);
    });
  };

  function readPiece(path: string, token: Token): SourceText[] {
    try {
      const piece = new SourceText(path, files.read(path));
      parents.set(piece, token.source);
      return [piece];
    } catch (error) {
      issues.error({
        at: token,
        code: 'ERR_CONFIG_UNREADABLE',
        message: `cannot include "${path}": ${error instanceof Error ? error.message : String(error)}`,
      });
      return [];
    }
  }
}

function isOpen(path: string, token: Token, parents: ReadonlyMap<SourceText, SourceText>): boolean {
  for (let source: SourceText | undefined = token.source; source !== undefined; source = parents.get(source)) {
    if (source.name === path) return true;
  }
  return false;
}
