// Stands for a schema migration: runs its steps and ends.
import { setTimeout as pause } from 'node:timers/promises';

for (const step of ['create table visits', 'add index visits_day']) {
  console.log(`migration: ${step}`);
  await pause(100);
}
console.log('migration: up to date');
