/** Prints the port of the project's own Redis, for ecosystem.config.js, which pm2 reads in a way that cannot wait. */
import { choosePort } from './own-redis.js';

process.stdout.write(String(await choosePort()));
