/** The sum of the comings and goings in one notice. */
import { describe, expect, it } from 'vitest';
import { comingsOf } from '../../apps/web/element/log/comings.js';
import type { ChatEvent } from '../../shared/protocol/events.js';

/** Makes events of `+ann -ann`: ann joins and leaves. A name is a user. */
function eventsOf(story: string): ChatEvent[] {
  const ids = new Map<string, number>();
  return story.split(' ').map((one, i) => {
    const name = one.slice(1);
    const id = ids.get(name) ?? ids.set(name, ids.size + 1).size;
    const type = one.startsWith('+') ? 'joined' : one.startsWith('-') ? 'left' : 'renamed';
    return { type, room: 'r', id: `${i + 1}-0`, at: i + 1, from: { id, name } } as ChatEvent;
  });
}

describe('the people in a notice', () => {
  it.each([
    ['+ann', ['ann'], [], []],
    ['-ann', [], ['ann'], []],
    ['+ann -ann', [], [], ['ann']],
    ['-ann +ann', [], [], []],
    ['+ann -ann +ann', ['ann'], [], []],
    ['+ann -ann +ann -ann', [], [], ['ann']],
    ['-ann +ann -ann', [], ['ann'], []],
    ['+ann +bob -eve -ann', ['bob'], ['eve'], ['ann']],
    ['~ann', [], [], []],
  ])('%s: each counts once', (story, came, went, visited) => {
    const comings = comingsOf(eventsOf(story));
    expect([...comings.joined.values()]).toEqual(came);
    expect([...comings.left.values()]).toEqual(went);
    expect([...comings.visited.values()]).toEqual(visited);
  });
});
