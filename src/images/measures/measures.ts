/**
 * What the pixels of one image say of its quality. Brightness of a pixel is perceived brightness,
 * b = √(.241 R² + .691 G² + .068 B²) / 255 on the sRGB values, 0–1.
 */
export interface ImageMeasures {
  /** Mean of b. */
  brightness: number;
  /** 99th percentile of b: small where even the brightest parts are dark. */
  dark: number;
  /** 1 − 5th percentile of b: small where even the darkest parts are bright. */
  light: number;
  /** 95th − 5th percentile of b. */
  contrast: number;
  /** Mean saturation (HSV), 0–1. */
  saturation: number;
  /** Mean hue weighted by chroma, degrees 0–360; null: no colour. */
  hue: number | null;
  /** Mean red, green, blue, 0–255, as `#rrggbb`. */
  color: string;
  /** Sharpness, 0–1; small where edges are washed out. */
  blur: number;
  /** 0.1 × entropy of the grey histogram in bits, 0–0.8. */
  information: number;
  /** Share of the image's area that a border of one colour takes, 0–1. */
  border: number;
  /** Colour of that border as `#rrggbb`; null: there is none. */
  borderColor: string | null;
  /** No pixel shows colour, however the file stores it. */
  greyscale: boolean;
  /** 64-bit pHash, 16 hex digits. */
  perceptualHash: string;
  /** Of the decoded pixels and their size, 32 hex digits, equal in every lossless format; null: the image was not decoded whole. */
  pixelHash: string | null;
}
