/** Runs the text of a script with its arguments; true when it succeeded. */
export type ScriptRunner = (script: { readonly text: string; readonly args: readonly string[] }) => Promise<boolean>;

/**
 * Scripts run by `/bin/sh -c` as the caller, with its standard streams. Arguments are words of their own and never
 * become part of the text. Descriptor 3 is the log of `-l` when there is one.
 */
export function shellRunner({ logDescriptor }: { readonly logDescriptor?: number | undefined } = {}): ScriptRunner {
  return async ({ text, args }) => {
    const { runChild } = await import('./child.ts');
    const { code } = await runChild({
      command: '/bin/sh',
      args: ['-c', text, 'logrotate_script', ...args],
      stdio: ['inherit', 'inherit', 'inherit', ...(logDescriptor === undefined ? [] : [logDescriptor])],
    });
    return code === 0;
  };
}
