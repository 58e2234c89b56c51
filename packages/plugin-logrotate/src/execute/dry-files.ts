import type { LogFiles, Outcome } from './log-files.ts';

const NOTHING: Outcome = { notes: [] };

/** {@link LogFiles} that look but do not touch, for `-d`. */
export function dryFiles(files: LogFiles): LogFiles {
  return {
    facts: files.facts,
    list: files.list,
    async rename() {},
    async create() {},
    copy: async () => NOTHING,
    copyTruncate: async () => NOTHING,
    async truncate() {},
    compress: async () => NOTHING,
    interrupted: async () => 'nothing',
    remove: async () => NOTHING,
    mail: async () => NOTHING,
    close: files.close,
  };
}
