import { chownSync, closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { ScriptRequest } from './contract.ts';
import type { IdentitySwitch } from './identity-switch.ts';
import { type Interpreter, interpreterOf, interpreterOfFile } from './interpreter.ts';

/** How a script is run: its interpreter, what goes before the file, the file. */
export interface PreparedScript {
  readonly argv: readonly string[];
  /** To be open as descriptor 3 of the script. */
  readonly fd: number | undefined;
  dispose(): void;
}

export interface ScriptFileOptions {
  readonly request: ScriptRequest;
  /** For text: where it is put. */
  readonly file: { readonly folder: string; readonly name: string };
  readonly identity: IdentitySwitch | undefined;
}

/**
 * Never executes the file itself: the runtime directory may be mounted noexec. Another user cannot reach a file in our 0700
 * directory, so it gets it as an open descriptor; opening that again asks for the permissions of the file alone.
 */
export function prepareScript({ request, file, identity }: ScriptFileOptions): PreparedScript {
  if (request.script.kind === 'file') {
    const path = resolve(request.spec.cwd, request.script.path);
    return { argv: commandLine(interpreterOfFile(path), path), fd: undefined, dispose() {} };
  }
  const { text } = request.script;
  const interpreter = interpreterOf(text);
  const path = join(file.folder, file.name);
  try {
    writeFileSync(path, text, { mode: 0o700, flag: 'wx' });
  } catch (error) {
    rmSync(path, { force: true });
    // A full disk keeps no service from starting, as long as its shell takes the text as an argument.
    if (!isShell(interpreter)) throw error;
    return { argv: [...commandLine(interpreter, '-c'), text, request.label], fd: undefined, dispose() {} };
  }
  const isForeign = identity !== undefined && identity.owner.uid !== process.getuid?.();
  if (isForeign) chownSync(path, identity.owner.uid, identity.owner.gid);
  const fd = isForeign ? openSync(path, 'r') : undefined;
  return {
    argv: commandLine(interpreter, fd === undefined ? path : '/proc/self/fd/3'),
    fd,
    dispose() {
      if (fd !== undefined) closeSync(fd);
      rmSync(path, { force: true });
    },
  };
}

function commandLine(interpreter: Interpreter | undefined, path: string): string[] {
  if (interpreter === undefined) return [path];
  const { program, argument } = interpreter;
  return argument === undefined ? [program, path] : [program, argument, path];
}

function isShell({ program, argument }: Interpreter): boolean {
  return ['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh'].includes(basename(program)) && argument?.startsWith('-') !== false;
}
