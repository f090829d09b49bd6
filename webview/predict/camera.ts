import { element, setHidden, setText } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { button } from '../ui/kit.ts';

/** Pictures from a camera, where the webview may have one; else it says what to do instead. */
export class Camera {
  readonly root: HTMLElement;
  readonly open: HTMLElement;
  readonly #video = element('video', { class: 'camera', muted: true, playsinline: true, 'aria-label': 'Camera' });
  readonly #view: HTMLElement;
  readonly #message = element('p', { class: 'quiet', role: 'status', hidden: true });
  readonly #onFrame: (frame: Blob) => void;
  #stream: MediaStream | null = null;

  constructor(onFrame: (frame: Blob) => void) {
    this.#onFrame = onFrame;
    this.open = button('Camera', {
      appearance: 'secondary',
      title: 'Take a picture with a camera of this machine',
      icon: icon('image'),
      onClick: () => void this.#start(),
    });
    this.#view = element(
      'div',
      { class: 'camera-view', hidden: true },
      this.#video,
      element(
        'div',
        { class: 'actions' },
        button('Take picture', { appearance: 'primary', onClick: () => this.#take() }),
        button('Close camera', { appearance: 'secondary', onClick: () => this.#stop() }),
      ),
    );
    this.root = element('div', { class: 'camera-box' }, this.#message, this.#view);
  }

  async #start(): Promise<void> {
    this.#say('');
    try {
      if (!navigator.mediaDevices) throw new Error('no camera interface');
      this.#stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      this.#video.srcObject = this.#stream;
      await this.#video.play();
      setHidden(this.#view, false);
    } catch (error) {
      this.#stop();
      const why = error instanceof Error ? error.message : String(error);
      this.#say(
        `This VS Code gives its panels no camera (${why}). Take the picture with another program, then paste it here, or pick its file.`,
      );
    }
  }

  #take(): void {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (!width || !height) return;
    const canvas = element('canvas', { width, height });
    canvas.getContext('2d')?.drawImage(this.#video, 0, 0);
    canvas.toBlob((blob) => blob && this.#onFrame(blob), 'image/jpeg', 0.95);
  }

  #stop(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    setHidden(this.#view, true);
  }

  #say(text: string): void {
    setHidden(this.#message, text === '');
    setText(this.#message, text);
  }
}
