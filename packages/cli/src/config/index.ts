export { assembleSchema, type JsonSchema } from './json-schema.ts';
export { findConfigFile } from './locate.ts';
export { projectOf } from './project.ts';
export { fileSource, type FileSource, findSource } from './read.ts';
