/** VS Code's name of a platform → what `sharp` calls its native packages there. */
export const sharpPackages = {
  'linux-x64': ['@img/sharp-linux-x64', '@img/sharp-libvips-linux-x64'],
  'linux-arm64': ['@img/sharp-linux-arm64', '@img/sharp-libvips-linux-arm64'],
  'alpine-x64': ['@img/sharp-linuxmusl-x64', '@img/sharp-libvips-linuxmusl-x64'],
  'alpine-arm64': ['@img/sharp-linuxmusl-arm64', '@img/sharp-libvips-linuxmusl-arm64'],
  'darwin-x64': ['@img/sharp-darwin-x64', '@img/sharp-libvips-darwin-x64'],
  'darwin-arm64': ['@img/sharp-darwin-arm64', '@img/sharp-libvips-darwin-arm64'],
  'win32-x64': ['@img/sharp-win32-x64'],
  'win32-arm64': ['@img/sharp-win32-arm64'],
} satisfies Record<string, string[]>;

/** Folder of Dawn in the package `webgpu`; musl has none. */
export const dawnFolders: Record<Target, string | undefined> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'alpine-x64': undefined,
  'alpine-arm64': undefined,
  'darwin-x64': 'darwin-universal',
  'darwin-arm64': 'darwin-universal',
  'win32-x64': 'win32-x64',
  'win32-arm64': 'win32-arm64',
};

export type Target = keyof typeof sharpPackages;

export const targets = Object.keys(sharpPackages) as Target[];

export function isTarget(name: string): name is Target {
  return name in sharpPackages;
}

/** The target of the machine that this runs on. */
export function ownTarget(): Target {
  const musl =
    process.platform === 'linux' &&
    !(process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime;
  const name = `${musl ? 'alpine' : process.platform}-${process.arch}`;
  if (!isTarget(name)) throw new Error(`There is no package for ${name}; there are: ${targets.join(', ')}.`);
  return name;
}
