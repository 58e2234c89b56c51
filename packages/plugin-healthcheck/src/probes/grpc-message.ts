/** The states of grpc.health.v1, by number. */
export const SERVING_STATES: readonly string[] = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** A `HealthCheckRequest` in its gRPC frame: no compression, length, field 1 (the service's name) when it is not empty. */
export function encodeHealthRequest(service: string): Buffer {
  const name = Buffer.from(service);
  const message = name.length === 0 ? name : Buffer.concat([Buffer.of(0x0a), varint(name.length), name]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The state in a framed `HealthCheckResponse`; undefined when the data is not one. */
export function decodeHealthResponse(data: Buffer): string | undefined {
  if (data.length < 5 || data[0] !== 0 || data.length !== 5 + data.readUInt32BE(1)) return undefined;
  const state = fieldOne(data.subarray(5));
  return state === undefined ? undefined : (SERVING_STATES[state] ?? `state ${state}`);
}

/** Field 1 as a number, 0 when it is left out (proto3), undefined when the bytes are no message. */
function fieldOne(message: Buffer): number | undefined {
  let value = 0;
  for (let at = 0; at < message.length;) {
    const tag = readVarint(message, at);
    if (tag === undefined) return undefined;
    const wire = tag.value & 7;
    const read = readVarint(message, tag.end);
    if (read === undefined || (wire !== 0 && wire !== 2)) return undefined;
    if (wire === 0 && tag.value >> 3 === 1) value = read.value;
    at = wire === 0 ? read.end : read.end + read.value;
    if (at > message.length) return undefined;
  }
  return value;
}

function readVarint(data: Buffer, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = data[start + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 128) return { value, end: start + index + 1 };
  }
  return undefined;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.of(...bytes, rest);
}
