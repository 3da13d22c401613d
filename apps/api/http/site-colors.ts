/** The style sheet for a colour of the host's own. It keeps the contrast that WCAG 2.2 asks for (level AA). */

type Rgb = [number, number, number];

/** The darkest and the lightest ground on which the pages write in their colour: `--sand` of `site.css`. */
const GROUND = { light: '#f5f0e7', dark: '#1b2023' };
const BLACK = '#05120d';
const WHITE = '#ffffff';
/** WCAG 2.2, 1.4.3: the least contrast of text. */
const CONTRAST_MIN = 4.5;
const STEP_COUNT = 20;

/** Returns the style sheet for `color`, which is `#rrggbb`. */
export function siteColors(color: string): string {
  const light = readable(color, GROUND.light, BLACK);
  const dark = readable(color, GROUND.dark, WHITE);
  return `${rule(light)}\n@media (prefers-color-scheme: dark) {\n${rule(dark)}\n}\n`;
}

function rule(accent: string): string {
  const on = contrast(accent, WHITE) >= contrast(accent, BLACK) ? WHITE : BLACK;
  return (
    `:root { --accent: ${accent}; --on-accent: ${on}; }\n` +
    `nobackend-chat { --nbc-accent: ${accent}; --nbc-on-accent: ${on}; }`
  );
}

/** Returns the colour, mixed with as little of `towards` as makes text of it readable on `ground`. */
function readable(color: string, ground: string, towards: string): string {
  for (let step = 0; step < STEP_COUNT; step++) {
    const mixed = mix(color, towards, step / STEP_COUNT);
    if (contrast(mixed, ground) >= CONTRAST_MIN) return mixed;
  }
  return towards;
}

function mix(color: string, other: string, share: number): string {
  const others = rgb(other);
  const mixed = rgb(color).map((part, i) => Math.round(part + ((others[i] ?? 0) - part) * share));
  return `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** Returns the contrast ratio of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

/** Returns the relative luminance of a colour, 0 to 1 (WCAG 2.2). */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = rgb(color).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const rgb = (color: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as Rgb;
