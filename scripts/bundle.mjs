// Bundles a package's own modules, run in its folder after `tsc -b` wrote the declarations. Dependencies stay outside, so that there is one
// copy of each; lazily imported parts stay files of their own. Further sources, named as arguments, are programs that the package runs as
// processes of their own. Why: docs/decisions/0008-bundled-packages.md.
import { readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { argv } from 'node:process';
import { rolldown } from 'rolldown';

const folder = process.cwd();
const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const builtins = new Set(builtinModules);

const allBins = Object.values(manifest.bin ?? {});
const sources = [
  ...Object.values(manifest.exports).flatMap((target) => target['@tappet/source'] ?? []),
  ...allBins.filter((file) => file.endsWith('.js')).map((file) => file.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts')),
  ...argv.slice(2),
];
const entries = Object.fromEntries(
  sources.map((source) => [source.replace(/^(?:\.\/)?src\/(.*)\.ts$/, '$1'), join(folder, source)]),
);
// What a CommonJS bin imports is an entry as well: the bin itself only looks at the version of Node.
const bins = allBins.filter((file) => file.endsWith('.cjs'));
if (bins.length > 0) entries.main = join(folder, 'src/main.ts');

await build({ input: entries, format: 'esm' });
for (const bin of bins) {
  const source = join(folder, bin.replace(/^\.\/dist\/(.*)\.cjs$/, 'src/$1.cts'));
  await build({ input: { bin: source }, format: 'cjs', entryFileNames: '[name].cjs', keep: /main\.(js|ts)$/ });
}

async function build({ input, format, entryFileNames = '[name].js', keep }) {
  const bundle = await rolldown({
    input,
    platform: 'node',
    cwd: folder,
    external: (id) => isOutside(id) || keep?.test(id) === true,
  });
  const dir = join(folder, 'dist');
  const { output } = await bundle.write({ dir, format, entryFileNames, chunkFileNames: '[name]-[hash].js' });
  await bundle.close();
  for (const { fileName, code } of output) if (code !== undefined) writeFileSync(join(dir, fileName), narrow(code));
}

/** One character beyond Latin-1, and V8 keeps the text of the whole file with two bytes for each: 0.25 MB for the core. */
function narrow(code) {
  return code.replace(/[^\0-\xff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Everything that is not a module of this package. */
function isOutside(id) {
  return id.startsWith('node:') || builtins.has(id) || !(id.startsWith('.') || id.startsWith('/'));
}
