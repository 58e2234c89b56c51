import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultLoaders, type Loader, type Loaders } from 'cosmiconfig';
import { type Reader, type Unsafe, whyUnsafe } from './safety.ts';

/** A file that was not read because others could have written it. */
export class UnsafeFile extends Error {
  readonly file: string;
  readonly unsafe: Unsafe;

  constructor(file: string, unsafe: Unsafe) {
    super(unsafe.reason);
    this.file = file;
    this.unsafe = unsafe;
  }
}

/** Loaders for every form of a configuration. Each looks at who could have written the file before anything of it is used. */
export function safeLoaders(options: {
  readonly reader: Reader;
  /** Gets the text of every file, the imported ones too. */
  readonly onText: (file: string, text: string) => void;
}): Loaders {
  const safe =
    (load: Loader): Loader =>
    async (file, text) => {
      const unsafe = whyUnsafe(file, options.reader);
      if (unsafe !== undefined) throw new UnsafeFile(file, unsafe);
      options.onText(file, text);
      const value: unknown = await load(file, text);
      return value;
    };
  const module = safe(loadModule);
  const yaml = safe(defaultLoaders['.yaml']);
  return {
    '.toml': safe(loadToml),
    '.json': safe(loadJson),
    '.yaml': yaml,
    '.yml': yaml,
    '.ts': module,
    '.mts': module,
    '.cts': module,
    '.js': module,
    '.mjs': module,
    '.cjs': module,
    // A name such as `/etc/tappet` or `stack.conf` says nothing: TOML is the documented form.
    noExt: safe(loadToml),
    default: safe(loadToml),
  };
}

async function loadToml(_file: string, text: string): Promise<unknown> {
  const { parse } = await import('smol-toml');
  return parse(text);
}

function loadJson(_file: string, text: string): unknown {
  return JSON.parse(text);
}

/** A module's default export, or what that function returns. A changed file is a new module: Node keeps the old one for ever. */
async function loadModule(file: string): Promise<unknown> {
  const { mtimeMs, size } = statSync(file);
  const { default: value } = (await import(`${pathToFileURL(file).href}?version=${mtimeMs}-${size}`)) as {
    default?: unknown;
  };
  return typeof value === 'function' ? (value as () => unknown)() : value;
}

/** True for a file whose configuration is its `tappet` property. */
export function isPackageFile(file: string): boolean {
  return basename(file) === 'package.json';
}
