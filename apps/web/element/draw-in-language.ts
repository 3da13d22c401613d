import type { Chat } from '../client/api.js';
import type { Language } from './language/choose.js';
import { loadedTexts, loadTexts, type Scripts } from './language/load.js';
import { type Heard, keepHeard } from './scoped-chat.js';

/** The chat waits this long for its language. Then it is drawn in English until the language is there. */
const PATIENCE_MS = 700;

/**
 * Calls `draw` when `code` and the texts of the language are there, or when only the texts are missing after a short
 * while, and then again if they come later. `draw` gets what the chat has told meanwhile. Returns a function that stops
 * this.
 */
export function drawInLanguage(
  { file }: Language,
  scripts: Scripts,
  chat: Chat,
  code: Promise<void> | undefined,
  draw: (heard: Heard) => void,
): () => void {
  const heard: Heard = [];
  const hasTexts = (): boolean => !file || Boolean(loadedTexts(file));
  if (!code && hasTexts()) {
    draw(heard);
    return () => undefined;
  }
  const stopKeeping = keepHeard(chat, heard);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasEnded = false;
  const end = (): void => {
    hasEnded = true;
    clearTimeout(timer);
    stopKeeping();
  };
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  const begin = async (): Promise<void> => {
    const texts = hasTexts() ? undefined : loadTexts(file, scripts);
    await Promise.all([code, Promise.race([texts, late])]);
    if (hasEnded) return;
    const isEnglish = !hasTexts();
    draw(heard);
    if (isEnglish) await texts;
    if (hasEnded) return;
    end();
    if (isEnglish && hasTexts()) draw(heard);
  };
  void begin();
  return end;
}
