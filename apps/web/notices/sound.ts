/** The two notes of the tone, and how they follow each other. */
const NOTES_HZ = [659, 880];
const NOTE_S = 0.13;
const RISE_S = 0.02;
const FADE_S = 0.5;
/** Of the loudest that the device can be. */
const VOLUME_SHARE = 0.07;
/** A tone fades to this, because it cannot fade to nothing. */
const SILENCE_SHARE = 0.0001;

/** A soft tone. Browsers allow it after the user has clicked or typed on the page. */
export class Sound {
  private context: AudioContext | null = null;

  /** Call this while the user clicks or types. */
  allow(): void {
    try {
      this.context = this.context || new AudioContext();
      void this.context.resume();
    } catch (_) {
      this.context = null; // this browser has no sound
    }
  }

  play(): void {
    const { context } = this;
    if (!context) return;
    const volume = context.createGain();
    volume.connect(context.destination);
    const start = context.currentTime;
    const { gain } = volume;
    gain.setValueAtTime(0, start);
    gain.linearRampToValueAtTime(VOLUME_SHARE, start + RISE_S);
    gain.setValueAtTime(VOLUME_SHARE, start + NOTE_S);
    gain.exponentialRampToValueAtTime(SILENCE_SHARE, start + FADE_S);
    NOTES_HZ.forEach((hz, i) => {
      const note = context.createOscillator();
      note.frequency.value = hz;
      note.connect(volume);
      note.start(start + i * NOTE_S);
      note.stop(i === 0 ? start + NOTE_S : start + FADE_S);
    });
  }

  end(): void {
    if (this.context) void this.context.close();
    this.context = null;
  }
}
