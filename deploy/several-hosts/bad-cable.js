/**
 * A cable with delay and loss, for kernels without netem: `bad-cable.js PORT MS LOSS`. Frames are datagrams. Those that
 * arrive at PORT go to PORT + 3, and those that arrive at PORT + 1 go to PORT + 2.
 */
import { createSocket } from 'node:dgram';

const [port = 0, delay = 0, loss = 0] = process.argv.slice(2).map(Number);
const [one, other] = [createSocket('udp4').bind(port, '127.0.0.1'), createSocket('udp4').bind(port + 1, '127.0.0.1')];

/**
 * Carries frames in one direction.
 *
 * @param {import('node:dgram').Socket} from
 * @param {import('node:dgram').Socket} to
 * @param {number} toPort
 */
function carry(from, to, toPort) {
  from.on('message', (frame) => {
    if (Math.random() * 100 >= loss) setTimeout(() => to.send(frame, toPort, '127.0.0.1'), delay);
  });
  from.on('error', () => undefined); // as on a real cable, a frame is lost when nothing is at the other end
}

carry(one, other, port + 3);
carry(other, one, port + 2);
