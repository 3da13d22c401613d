/** The abilities of every browser engine, so that one walk goes in all of them. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** One tab. A script in the page does everything that needs more than this. */
export interface Driver {
  /** Goes to an address. Resolves when the page can be used; where the browser can tell, when it has ended loading. */
  go(address: string): Promise<void>;
  reload(): Promise<void>;
  /** Returns, as JSON carries it, what an expression gives in the page; a promise is awaited. */
  run(expression: string): Promise<unknown>;
  /** Clicks with the mouse, in CSS pixels from the top left of the window. */
  clickAt(x: number, y: number): Promise<void>;
  /** Types into what has the focus. */
  type(text: string): Promise<void>;
  press(key: 'Enter'): Promise<void>;
  close(): Promise<void>;
}

/** The browser of one person: its tabs share what they store, and nothing with other sessions. */
export interface Session {
  tab(): Promise<Driver>;
  /** Ends it with all its tabs. */
  close(): Promise<void>;
}

export interface Browser {
  session(): Promise<Session>;
  /** Ends it with all its sessions. */
  close(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** The Debian packages that it needs. */
  readonly packages: string;
  readonly isInstalled: boolean;
  start(): Promise<Browser>;
}

/** Returns the path of a program, or null when there is none of that name. */
export function findProgram(name: string): string | null {
  const paths = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
  return paths.find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
