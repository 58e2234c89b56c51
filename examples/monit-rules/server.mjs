import { createServer } from 'node:http';

let status = 200;
createServer((request, response) => {
  if (request.url === '/break') status = 500;
  response.writeHead(status);
  response.end(`${status}\n`);
}).listen(Number(process.argv[2]), '127.0.0.1');
