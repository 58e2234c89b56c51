import { type FolderAt, LogFolder } from './log-folder.ts';

/** The folders that logs lie in: each takes one descriptor, however many logs there are. */
export class HeldFolders {
  readonly #folders = new Map<string, LogFolder>();

  readonly at: FolderAt = (path, trust) => {
    const key = [path, trust.serviceUid, trust.su?.uid].join('\0');
    const folder = this.#folders.get(key) ?? new LogFolder(path, trust);
    this.#folders.set(key, folder);
    return folder;
  };

  /** Closes those that are not among these. */
  keep(used: readonly LogFolder[]): void {
    for (const [key, folder] of this.#folders) {
      if (used.includes(folder)) continue;
      folder.close();
      this.#folders.delete(key);
    }
  }
}
