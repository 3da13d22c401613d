/** The clients of the bench: they count exactly what is lost, doubled or out of order. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Meter } from '../../bench/load/meter.js';
import { SocketIoClient } from '../../bench/load/peers/socket-io-client.js';
import { Presence } from '../../bench/load/presence.js';
import { Receipts } from '../../bench/load/receipts.js';
import { Room } from '../../bench/load/room.js';

/** Nothing listens there, and nothing connects: these clients have no network. */
const PORT = 1;

let meter: Meter;

beforeEach(() => {
  meter = new Meter();
});

describe('the receipts of a member', () => {
  it('count a message that comes again with its id as repeated, with another id as doubled', () => {
    const receipts = new Receipts(meter);
    expect(receipts.take(1, '5-0')).toBe(true);
    expect(receipts.take(1, '5-0')).toBe(false);
    expect(receipts.take(1, '6-0')).toBe(false);
    expect(meter).toMatchObject({ deliveries: 1, repeated: 1, doubled: 1, outOfOrder: 0 });
  });

  it('count every message that comes again as doubled where there are no ids', () => {
    const receipts = new Receipts(meter);
    receipts.take(1, null);
    receipts.take(2, null);
    receipts.take(1, null);
    expect(meter).toMatchObject({ deliveries: 2, repeated: 0, doubled: 1 });
  });

  it('count a message that comes after a later one as out of order, and not as lost', () => {
    const receipts = new Receipts(meter);
    receipts.take(2, null);
    receipts.take(1, null);
    expect(receipts.count).toBe(2);
    expect(meter).toMatchObject({ deliveries: 2, outOfOrder: 1, doubled: 0 });
  });
});

describe('the people whom a member knows', () => {
  const joined = (person: number, id: string) => ({ id, from: { id: person } });
  let known: number;
  let presence: Presence;

  beforeEach(() => {
    known = 0;
    presence = new Presence(meter, () => {
      known += 1;
    });
    presence.begin({ room: { members: [{ id: 1 }, { id: 2 }] } });
  });

  it('are those of the answer and those of the events, each once', () => {
    presence.take(joined(2, '5-0')); // was in the answer, too
    presence.take(joined(3, '6-0'));
    expect(known).toBe(3);
    expect(meter).toMatchObject({ deliveries: 2, doubled: 0, repeated: 0, outOfOrder: 0 });
  });

  it('tell doubled, repeated and late events apart', () => {
    presence.take(joined(3, '6-0'));
    presence.take(joined(3, '6-0'));
    expect(meter).toMatchObject({ repeated: 1, doubled: 0, outOfOrder: 0 });
    presence.take(joined(3, '7-0'));
    expect(meter).toMatchObject({ repeated: 1, doubled: 1, outOfOrder: 0 });
    presence.take(joined(4, '5-0'));
    expect(meter).toMatchObject({ repeated: 1, doubled: 1, outOfOrder: 1 });
    expect(known).toBe(4);
  });
});

describe('a client of Socket.IO', () => {
  class Offline extends SocketIoClient {
    written: string[] = [];

    override start(): void {
      this.take('0{"sid":"s","pingInterval":25000}');
    }

    override write(packet: string): void {
      this.written.push(packet);
    }
  }

  let client: Offline;

  beforeEach(() => {
    client = new Offline({ room: new Room('room-1', PORT, meter), port: PORT, meter });
  });

  async function join(): Promise<void> {
    const joined = client.join(null as never, 'ann');
    client.take('40{"sid":"t"}');
    client.take('430[{"ok":true}]');
    await joined;
  }

  it('connects, and joins when it is connected', async () => {
    await join();
    expect(client.written).toEqual(['40', '420["join","room-1","ann"]']);
  });

  it('answers a ping', () => {
    client.take('2');
    expect(client.written).toEqual(['3']);
  });

  it('has sent a message when the server has answered it', async () => {
    await join();
    const answers: (string | null)[] = [];
    client.send('1+a', (refusal: string | null) => answers.push(refusal));
    expect(client.written.at(-1)).toBe('421["send","room-1","1+a"]');
    expect(answers).toEqual([]);
    client.take('431[{"ok":true,"id":"5-0","at":5}]');
    expect(answers).toEqual([null]);
  });

  it('counts the messages of its room', () => {
    client.take('42["message",{"room":"room-1","text":"1+a"}]');
    client.take('42["message",{"room":"room-1","text":"1+a"}]');
    expect(meter).toMatchObject({ deliveries: 1, doubled: 1 });
  });

  it('refuses messages of other rooms, answers that it did not ask for, and the end', () => {
    expect(() => client.take('42["message",{"room":"room-2","text":"1+a"}]')).toThrow('got an event of room-2');
    expect(() => client.take('439[{"ok":true}]')).toThrow('answered a call that nobody made');
    expect(() => client.take('41')).toThrow('the server sent 41');
  });
});
