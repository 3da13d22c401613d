/** A link to a Redis that can die without a word: nothing passes any more, and nobody is told. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Link {
  url: string;
  /** Drops all that passes from now on over the connections there are; new ones work. */
  die(): void;
  close(): void;
}

export async function openLink(port: number): Promise<Link> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) sockets.add(socket.on('error', () => socket.destroy()));
    near.on('data', (data) => far.write(data)).on('close', () => far.destroy());
    far.on('data', (data) => near.write(data)).on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    die: () => {
      for (const socket of sockets) socket.removeAllListeners('data').pause();
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
