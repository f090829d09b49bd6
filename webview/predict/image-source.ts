/** What a paste or a drop brings: paths of files on the machine the extension runs on, or images themselves. */
export interface Brought {
  uris: string[];
  images: File[];
}

/** VS Code's Explorer and most desktops name dropped files as URIs; a browser or a screenshot brings bytes. */
export function broughtBy(transfer: DataTransfer): Brought {
  const uris = [
    ...listOf(transfer.getData('application/vnd.code.uri-list')),
    ...listOf(transfer.getData('text/uri-list')),
  ];
  const files = [...new Set(uris)].filter((uri) => uri.startsWith('file:') || uri.startsWith('/'));
  const images = [...transfer.files].filter(({ type }) => type.startsWith('image/'));
  return { uris: files, images: files.length ? [] : images };
}

function listOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line && !line.startsWith('#'));
}

/** Base64 of a file's bytes. */
export async function bytesOf(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  const step = 0x8000;
  for (let at = 0; at < bytes.length; at += step) text += String.fromCharCode(...bytes.subarray(at, at + step));
  return btoa(text);
}
