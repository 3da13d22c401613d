/** The parsers of the bench: they read what servers send, however the network has cut it into pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventStreamReader, type StreamMessage } from '../../bench/load/event-stream.js';

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
