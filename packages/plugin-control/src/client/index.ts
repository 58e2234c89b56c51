export { ControlError } from './control-error.ts';
export { type CallOptions, type ClientOptions, type ControlClient, type LogBytes, connect } from './client.ts';
export { controlSocket } from './socket-path.ts';
export type * from '../protocol.ts';
