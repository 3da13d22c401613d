/**
 * A cable with delay and loss, for kernels without netem: frames come as datagrams at PORT and PORT + 1 and leave at the other end, to
 * PORT + 3 and PORT + 2. `bad-cable.js PORT MS LOSS`
 */
import { createSocket } from 'node:dgram';

const [port, delay, loss] = process.argv.slice(2).map(Number);
const ends = [createSocket('udp4').bind(port, '127.0.0.1'), createSocket('udp4').bind(port + 1, '127.0.0.1')];

for (const [place, end] of ends.entries()) {
  const other = 1 - place;
  end.on('message', (frame) => {
    if (Math.random() * 100 >= loss) setTimeout(() => ends[other].send(frame, port + 2 + other, '127.0.0.1'), delay);
  });
  end.on('error', () => undefined); // a frame for an end that has gone is lost, as it would be
}
