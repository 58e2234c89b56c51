#!/usr/bin/env node
// CommonJS and the oldest syntax, so that a Node that is too old gets as far as the message (https://nodejs.org/api/esm.html).
const parts: string[] = process.versions.node.split('.');
const major = Number(parts[0]);
const minor = Number(parts[1]);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    'tappet needs Node 22.18 or newer, this is Node ' + process.versions.node + ' (' + process.execPath + ').',
  );
  console.error('Install a newer Node (https://nodejs.org), or put the one you have first in PATH.');
  process.exitCode = 2;
} else {
  try {
    // In the home that the account has, not in the default folder below /tmp: what another user put there would run as us.
    require('node:module').enableCompileCache(require('node:os').userInfo().homedir + '/.cache/tappet');
  } catch {
    // A user id without an account, as containers like them: it starts a little slower.
  }
  void import('./main.js').then(function (cli) {
    return cli.main(process.argv.slice(2));
  });
}
