import type { Chat } from '../client/api.js';
import type { Language } from './language/choose.js';
import { loadedTexts, loadTexts, type Scripts } from './language/load.js';
import { type Heard, keepHeard } from './scoped-chat.js';

/** The chat waits this long for its language. Then it is drawn in English until the language is there. */
const PATIENCE_MS = 700;

/**
 * Calls `draw` when the texts of the language are there, or after a short while, and then again if they come later.
 * `draw` gets what the chat has told meanwhile. Returns a function that stops this.
 */
export function drawInLanguage(
  { file }: Language,
  scripts: Scripts,
  chat: Chat,
  draw: (heard: Heard) => void,
): () => void {
  const heard: Heard = [];
  if (!file || loadedTexts(file)) {
    draw(heard);
    return () => undefined;
  }
  const stopKeeping = keepHeard(chat, heard);
  let isDrawn = false;
  let hasEnded = false;
  const timer = setTimeout(() => {
    isDrawn = true;
    draw(heard);
  }, PATIENCE_MS);
  const end = (): void => {
    hasEnded = true;
    clearTimeout(timer);
    stopKeeping();
  };
  void loadTexts(file, scripts).then(() => {
    if (hasEnded) return;
    end();
    if (!isDrawn || loadedTexts(file)) draw(heard);
  });
  return end;
}
