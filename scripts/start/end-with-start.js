/**
 * Loaded into pm2-runtime ahead of its own code: when `npm start` dies without a word (kill -9), the connection to
 * it breaks, and pm2 ends everything as it does on Ctrl-C.
 */
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // nobody reads its last words
process.on('disconnect', () => process.kill(process.pid, 'SIGINT'));
