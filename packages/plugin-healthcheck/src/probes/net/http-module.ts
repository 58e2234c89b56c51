/**
 * Node's HTTP module, loaded as a built-in and not by `import`: the namespace of an ES import reads every export, and
 * `WebSocket` among those of node:http loads all of fetch, more than 10 MB that no probe needs.
 */
export const http: typeof import('node:http') = process.getBuiltinModule('node:http');
