// The least that a status client written in Node has to do.  node bare-client.mjs SOCKET
import { connect } from 'node:net';

connect(process.argv[2]).pipe(process.stdout);
