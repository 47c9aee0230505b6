// The sound, made here and not fetched: it must ring when the line is down. A browser lets a page
// sound only after a press of a key or a button, so until then the page says that it is silent.
import { recall, remember } from '../core/storage.js';

/** [start s, length s, pitch Hz] of each tone. */
const PATTERNS = Object.freeze({
  check: [[0, 0.18, 880], [0.24, 0.18, 660], [0.48, 0.18, 880], [0.72, 0.18, 660]],
  urgent: [[0, 0.14, 523], [0.16, 0.14, 659], [0.32, 0.3, 784]],
  hello: [[0, 0.12, 660]],
});
const LOUDNESS = 0.22;
const FADE_S = 0.015;

/** States: `locked` (nobody pressed anything yet), `on`, `muted`, `none` (no sound in this browser). */
export class Siren {
  constructor({ AudioContext = globalThis.AudioContext, told = () => {} } = {}) {
    this.Context = AudioContext;
    this.told = told;
    this.muted = recall('sound.muted', false);
    this.context = null;
  }

  get state() {
    if (!this.Context) return 'none';
    if (this.muted) return 'muted';
    return this.context?.state === 'running' ? 'on' : 'locked';
  }

  /** Make what takes a tenth of a second ahead of time, so that the first press does not wait for it. */
  prepare() {
    if (!this.Context || this.context) return;
    this.context = new this.Context();
    this.told(this.state);
  }

  /** A person wants sound: from a press, or from a browser that was told to allow it. */
  async unlock({ greet = false } = {}) {
    if (!this.Context) return;
    this.context ??= new this.Context();
    await this.context.resume().catch(() => {});
    this.told(this.state);
    if (greet && this.state === 'on') this.ring('hello');
  }

  /** Be quiet in this browser, or no longer. */
  mute(muted) {
    this.muted = muted;
    remember('sound.muted', muted);
    this.told(this.state);
  }

  /** Sound a pattern once; silent unless the state is `on`. @returns {boolean} whether it sounded */
  ring(name) {
    if (this.state !== 'on') return false;
    const { currentTime: now, destination } = this.context;
    for (const [start, length, pitch] of PATTERNS[name]) {
      const tone = this.context.createOscillator();
      const volume = this.context.createGain();
      tone.frequency.value = pitch;
      tone.type = 'square';
      volume.gain.setValueAtTime(0, now + start);
      volume.gain.linearRampToValueAtTime(LOUDNESS, now + start + FADE_S);
      volume.gain.setValueAtTime(LOUDNESS, now + start + length - FADE_S);
      volume.gain.linearRampToValueAtTime(0, now + start + length);
      tone.connect(volume);
      volume.connect(destination);
      tone.start(now + start);
      tone.stop(now + start + length);
    }
    return true;
  }
}
