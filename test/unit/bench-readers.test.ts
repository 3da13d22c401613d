/** The parsers of the bench: they read what servers send, however the network has cut it into pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStreamReader, type StreamMessage } from '../../bench/load/event-stream.js';
import { FrameReader, frameOf } from '../../bench/load/peers/frames.js';

/** Cuts a text at these positions, modulo its length. */
function pieces(text: string, cuts: number[]): string[] {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, i) => text.slice(from, places[i]));
}

const CUTS = fc.array(fc.nat(), { maxLength: 20 });

describe('the reader of event streams', () => {
  const TEXT = [
    ': this is a stream\nretry: 1200\n\n',
    'id: a.1.1-0\ndata: {"ok":true,"cursor":"a.1.1-0","events":[]}\n\n',
    ':\n\n',
    'event: error\nretry: 5\ndata: {"ok":false}\n\n',
  ].join('');
  const MESSAGES = [
    { id: 'a.1.1-0', event: 'message', data: '{"ok":true,"cursor":"a.1.1-0","events":[]}' },
    { id: '', event: 'error', data: '{"ok":false}' },
  ];

  function read(parts: string[]): StreamMessage[] {
    const messages: StreamMessage[] = [];
    const reader = new EventStreamReader((message: StreamMessage) => messages.push(message));
    for (const part of parts) reader.read(part);
    return messages;
  }

  it('gives each message that has data once, wherever the pieces end', () => {
    expect(read([TEXT])).toEqual(MESSAGES);
    fc.assert(
      fc.property(CUTS, (cuts) => {
        expect(read(pieces(TEXT, cuts))).toEqual(MESSAGES);
      }),
    );
  });

  it('gives nothing of a message that has not ended', () => {
    expect(read(['id: a\ndata: {}\n'])).toEqual([]);
  });
});

describe('the reader of WebSocket frames', () => {
  /** Returns the frame of a server, without a mask. */
  function serverFrame(text: string): string {
    const { length } = text;
    const sizes = length < 126 ? [length] : [126, length >> 8, length & 0xff];
    const long = [127, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 0xff, length & 0xff];
    return String.fromCharCode(0x81, ...(length > 0xffff ? long : sizes)) + text;
  }

  function read(parts: string[]): string[] {
    const texts: string[] = [];
    const reader = new FrameReader((text: string) => texts.push(text));
    for (const part of parts) reader.read(part);
    return texts;
  }

  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 70_000])('reads a text of %d bytes', (length) => {
    const text = 'x'.repeat(length);
    expect(read([serverFrame(text) + serverFrame('next')])).toEqual([text, 'next']);
  });

  it('gives each text once, wherever the pieces end', () => {
    const texts = ['2', 'x'.repeat(200), '', '42["message",{"text":"hello"}]'];
    const all = texts.map(serverFrame).join('');
    fc.assert(
      fc.property(CUTS, (cuts) => {
        expect(read(pieces(all, cuts))).toEqual(texts);
      }),
    );
  });

  it('refuses a frame that is not a whole text', () => {
    expect(() => read(['\x88\x02\x03\xe8'])).toThrow('the server sent a frame that is not a whole text: 136');
    expect(() => read(['\x01\x01x'])).toThrow('the server sent a frame that is not a whole text: 1');
  });
});

describe('a frame of a client', () => {
  it.each([
    ['hello', '\x81\x85\0\0\0\0hello'],
    ['x'.repeat(126), `\x81\xfe\0\x7e\0\0\0\0${'x'.repeat(126)}`],
    ['x'.repeat(300), `\x81\xfe\x01\x2c\0\0\0\0${'x'.repeat(300)}`],
  ])('says that it is a masked text, and how long it is', (text, frame) => {
    expect(frameOf(text)).toBe(frame);
  });
});
