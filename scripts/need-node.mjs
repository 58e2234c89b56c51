// Development runs on the Node that `npm ci` installs as a dev dependency; an `--ignore-scripts` install leaves an older one.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Node >= 22.18 is required, found ${process.version}. Run "npm ci" without --ignore-scripts: it installs Node 24.`,
  );
  process.exit(1);
}
