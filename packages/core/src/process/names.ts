/** Names become parts of paths and of the marker, so nothing else than this may get through. */
export function checkName(what: string, name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._@-]*$/.test(name) && name.length <= 200) return;
  throw new TypeError(`${what} must match [A-Za-z0-9][A-Za-z0-9._@-]*, received ${JSON.stringify(name)}`);
}
