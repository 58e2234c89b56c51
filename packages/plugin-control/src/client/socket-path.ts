/** The control socket of a supervisor with this runtime directory. */
export function controlSocket(directory: string): string {
  return `${directory}/control.sock`;
}
