// Writes a few thousand coloured lines at once, then one a second; every tenth of those on stderr.
for (let line = 1; line <= 4000; line++) console.log(`\u001B[32mline ${line}\u001B[0m of a busy morning`);
let count = 0;
setInterval(() => {
  count++;
  if (count % 10 === 1) console.error(`warning ${count}`);
  else console.log(`still here ${count}`);
}, 1000);
