export const commands: readonly never[] = [];
