/** The service of a first configuration. */
export interface FirstService {
  readonly name: string;
  readonly command: string;
  readonly restart: 'never' | 'on-failure' | 'always';
}

/** A configuration with one service and pointers to what else there is. */
export function firstConfig({ name, command, restart }: FirstService): string {
  return `# Services of this project. "tappet check" validates, "tappet up" runs, "tappet status" shows them.

[[services]]
name = ${quoted(name)}
command = ${quoted(command)}   # split into words like a shell does, without running one
restart = ${quoted(restart)}

# Another one that starts when the first is ready:
#
# [[services]]
# name = "worker"
# command = "./worker"
# depends_on = [${quoted(name)}]
# required = true                # its failure brings everything down, exit code 1
# user = "appuser"
# env = { PORT = "\${PORT:-8080}" }
`;
}

/** A basic string; JSON's escapes are all valid in one (https://toml.io/en/v1.0.0#string). */
function quoted(text: string): string {
  return JSON.stringify(text);
}
