/**
 * A cable with delay and loss, for kernels without netem: frames come as datagrams at PORT and PORT + 1 and leave at the other end, to
 * PORT + 3 and PORT + 2. `bad-cable.js PORT MS LOSS`
 */
import { createSocket } from 'node:dgram';

const [port = 0, delay = 0, loss = 0] = process.argv.slice(2).map(Number);
const [one, other] = [createSocket('udp4').bind(port, '127.0.0.1'), createSocket('udp4').bind(port + 1, '127.0.0.1')];

/**
 * @param {import('node:dgram').Socket} from
 * @param {import('node:dgram').Socket} to
 * @param {number} toPort
 */
function carry(from, to, toPort) {
  from.on('message', (frame) => {
    if (Math.random() * 100 >= loss) setTimeout(() => to.send(frame, toPort, '127.0.0.1'), delay);
  });
  from.on('error', () => undefined); // a frame for an end that has gone is lost, as it would be
}

carry(one, other, port + 3);
carry(other, one, port + 2);
