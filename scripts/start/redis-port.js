/**
 * Prints the port of the chat's own Redis. ecosystem.config.js runs this, because pm2 does not let it wait for a
 * promise.
 */
import { choosePort } from './own-redis.js';

process.stdout.write(String(await choosePort()));
