/**
 * pm2-runtime loads this file before its own code. When `npm start` is killed (kill -9), its connection to pm2 breaks.
 * Then pm2 ends everything, as on Ctrl-C.
 */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // nobody reads its last output
process.on('disconnect', () => process.kill(process.pid, 'SIGINT'));
