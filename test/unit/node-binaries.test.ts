/** Other versions of Node, which npm has for one kind of machine. */
import { afterEach, describe, expect, it } from 'vitest';
import { nodeBinary } from '../../scripts/node-binaries.js';

const { platform, arch } = process;

function pretend(machine: { platform: string; arch: string }): void {
  for (const [name, value] of Object.entries(machine)) Object.defineProperty(process, name, { value });
}

afterEach(() => pretend({ platform, arch }));

describe('another version of Node', () => {
  it.each([
    ['darwin', 'x64'],
    ['linux', 'arm64'],
  ])('is refused on %s %s, in plain words, before anything is fetched', async (system, processor) => {
    pretend({ platform: system, arch: processor });
    await expect(nodeBinary('24')).rejects.toThrow(
      `npm has other versions of Node for Linux on x64 only; this is ${system} on ${processor}.`,
    );
  });
});
