// Packs every package and looks at it as a consumer would: publint for the manifest, attw for the types.
import { spawnSync } from 'node:child_process';
import { packages } from './packages.mjs';

let failures = 0;
for (const { folder, name } of packages) {
  for (const [tool, args] of [
    ['publint', ['--strict']],
    ['attw', ['--pack', '.', '--profile', 'esm-only', '--format', 'ascii']],
  ]) {
    const { status, stdout, stderr } = spawnSync(tool, args, { cwd: folder, encoding: 'utf8' });
    if (status === 0) continue;
    failures += 1;
    console.error(`${name}: ${tool} found problems\n${stdout}${stderr}`);
  }
}
console.log(`${packages.length} packages looked at by publint and attw, ${failures} with problems`);
process.exit(failures === 0 ? 0 : 1);
