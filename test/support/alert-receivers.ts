/** Receivers of what the chat tells its host: a web hook, and a mail server. */
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Posted {
  path: string;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
}

export interface AlertReceiver<Received> {
  url: string;
  received: Received[];
  /** Its answer from now on. */
  status: number;
  stop(): void;
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Starts a web hook that keeps what was posted to it. */
export async function startHook(): Promise<AlertReceiver<Posted>> {
  const server = createHttp(async (req, res) => {
    const body = await text(req);
    if (receiver.status === 200) receiver.received.push({ path: req.url ?? '', headers: req.headers, body });
    res.writeHead(receiver.status, { Location: '/elsewhere' }).end();
  });
  const port = await listening(server);
  const receiver: AlertReceiver<Posted> = {
    url: `http://127.0.0.1:${port}`,
    received: [],
    status: 200,
    stop: () => void server.close(),
  };
  return receiver;
}

/** A mail as it came: who sends it to whom (the envelope), and its headers and text. */
export interface Mail {
  from: string;
  to: string[];
  content: string;
}

/** Starts a mail server that keeps what it gets (RFC 5321, as far as a client needs it). */
export async function startMail(): Promise<AlertReceiver<Mail>> {
  const sockets = new Set<Socket>();
  const server = createTcp((socket) => {
    sockets.add(socket.on('error', () => undefined));
    serveMail(socket, receiver);
  });
  const port = await listening(server);
  const receiver: AlertReceiver<Mail> = {
    url: `smtp://127.0.0.1:${port}`,
    received: [],
    status: 250,
    stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return receiver;
}

function serveMail(socket: Socket, receiver: AlertReceiver<Mail>): void {
  let waiting = '';
  let mail: Mail = { from: '', to: [], content: '' };
  let inContent = false;
  const say = (line: string): unknown => socket.write(`${line}\r\n`);
  const addressIn = (line: string): string => /<(.*?)>/.exec(line)?.[1] ?? '';
  const takeContent = (line: string): void => {
    inContent = line !== '.';
    if (inContent) {
      mail.content += `${line}\n`;
      return;
    }
    receiver.received.push(mail);
    say('250 kept');
  };
  const takeCommand = (line: string): unknown => {
    if (/^QUIT/i.test(line)) return socket.end('221 bye\r\n');
    if (/^MAIL/i.test(line)) mail = { from: addressIn(line), to: [], content: '' };
    if (/^RCPT/i.test(line)) mail.to.push(addressIn(line));
    inContent = /^DATA/i.test(line) && receiver.status === 250;
    return say(inContent ? '354 go on' : `${receiver.status} so be it`);
  };
  say('220 test');
  socket.setEncoding('utf8').on('data', (piece: string) => {
    const lines = (waiting + piece).split('\r\n');
    waiting = lines.pop() ?? '';
    for (const line of lines) (inContent ? takeContent : takeCommand)(line);
  });
}
