export { loadMonit } from './model/load-monit.ts';
