import { CHOICES_KEY, type Choices } from '../element/attention/choices.js';

/** The choices of a page that may store nothing. */
let kept: Choices = { of: 'mentions', sound: false, desktop: false };

/** Returns what the visitor has chosen, in this tab or in another one of this origin. */
export function readChoices(): Choices {
  try {
    return { ...kept, ...(JSON.parse(localStorage.getItem(CHOICES_KEY) || '{}') as Partial<Choices>) };
  } catch (_) {
    return kept;
  }
}

export function writeChoices(choices: Choices): void {
  kept = choices;
  try {
    localStorage.setItem(CHOICES_KEY, JSON.stringify(choices));
  } catch (_) {
    return;
  }
}
