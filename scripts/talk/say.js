/** `npx nobackend-chat say ROOM TEXT` sends one message. */
import { text as readAll } from 'node:stream/consumers';
import { asScript } from '../command.js';
import { Visitor } from './client.js';

/**
 * @param {import('./client.js').VisitOptions} options
 * @param {string[]} operands the room, then the words of the text; `-` for the standard input
 */
export default function say(options, [room = '', ...words]) {
  asScript(async () => {
    const given = words.join(' ');
    const text = given === '-' ? (await readAll(process.stdin)).trimEnd() : given;
    const visitor = new Visitor(room, options);
    await visitor.join(0);
    try {
      const { held, until } = await visitor.call('send', { room, text });
      if (held) console.error('Your message waits for approval.');
      else if (until) console.error('Others see your message later.');
    } finally {
      await visitor.leave();
    }
  });
}
