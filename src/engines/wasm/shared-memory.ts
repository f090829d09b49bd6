const MEMORY_SECTION = 5;
const HAS_MAXIMUM = 1;
const SHARED = 2;

/**
 * The same WebAssembly module with its own memory declared as shared, so that several threads can work on its heap. The stock
 * TensorFlow.js build for one thread so needs none of the threaded build's start-up, which Node can't run.
 * @throws Error when the module declares no memory with a maximum, which a shared one must have.
 */
export function withSharedMemory(binary: Uint8Array): Uint8Array {
  const flags = memoryFlagsOffset(binary);
  const shared = binary.slice();
  shared[flags] = HAS_MAXIMUM | SHARED;
  return shared;
}

/** Offset of the limits byte of the module's only memory: section 5 is `size, count, flags, minimum, maximum`. */
function memoryFlagsOffset(binary: Uint8Array): number {
  let offset = 8;
  while (offset < binary.length) {
    const section = binary[offset];
    const size = readUnsigned(binary, offset + 1);
    const count = readUnsigned(binary, size.next);
    if (section === MEMORY_SECTION && count.value === 1 && binary[count.next] === HAS_MAXIMUM) return count.next;
    offset = size.next + size.value;
  }
  throw new Error('the WebAssembly module declares no memory with a maximum');
}

/** LEB128. */
function readUnsigned(bytes: Uint8Array, offset: number): { value: number; next: number } {
  let value = 0;
  let next = offset;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[next++] as number;
    value |= (byte & 127) << shift;
    if (byte < 128) return { value: value >>> 0, next };
  }
}
